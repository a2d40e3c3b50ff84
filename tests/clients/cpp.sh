#!/usr/bin/env bash
# Our client for C++ (clients/cpp), whose probe Bazel has built: as python.sh.
# needs: python3 openssl
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
GRPC_VERBOSITY=NONE python3 "$here/faults/run.py" "$here/../../bazel-bin/tests/clients/cpp/probe"
