#!/usr/bin/env bash
# Our client for Python (clients/python), installed as its users do, against real gateways and through a gate that cuts, slices, slows
# and hangs: what it tells of calls, and that its watch misses and doubles nothing.
#   python.sh [PROBE]    default probe.py, the blocking one
# needs: python3 openssl
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kyc-gateway
python=$cache/python-client/bin/python
install() { "$python" -m pip install -q --disable-pip-version-check "$@" "$here/../../clients/python"; }
[ -e "$cache/python-client/ready" ] || { python3 -m venv "$cache/python-client" && install && touch "$cache/python-client/ready"; }
install --force-reinstall --no-deps
export GRPC_VERBOSITY=NONE
if [ $# = 0 ]; then python3 "$here/faults/example.py" python example.py true "$python example.py"; fi
exec python3 "$here/faults/run.py" "$python" "$here/python/${1:-probe.py}"
