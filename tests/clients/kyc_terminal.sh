#!/usr/bin/env bash
# kyc on a terminal: the progress of many pictures, what is left of it between lines, colours; and a run that is killed and goes on.
# needs: python3
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec tools/embedded/serve.sh fresh bazel-bin python3 tests/clients/kyc_terminal.py
