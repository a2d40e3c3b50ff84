#!/usr/bin/env bash
# Our client for Python's asyncio: as python.sh.
# needs: python3 openssl
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/python.sh" probe_aio.py
