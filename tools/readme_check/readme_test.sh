#!/usr/bin/env bash
# Every command of README.md against a fresh gateway and simulator.
set -euo pipefail
exec tools/embedded/serve.sh fresh . tools/readme_check/readme_check README.md
