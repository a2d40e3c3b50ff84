#!/usr/bin/env bash
# Every command of README.md against a fresh gateway and simulator. README.md's ports are this sandbox's own.
set -euo pipefail
exec tools/embedded/serve.sh fresh . tools/readme_check/readme_check README.md
