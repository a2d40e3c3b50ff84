#!/usr/bin/env bash
# Python's grpcio, with stubs made from protos/, against a gateway and a simulator on the embedded defaults.
# needs: python3
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kyc-gateway
python=$cache/python/bin/python
[ -e "$cache/python/ready" ] || {
  python3 -m venv "$cache/python"
  "$python" -m pip install -q grpcio==1.71.2 grpcio-tools==1.71.2 grpcio-status==1.71.2
  touch "$cache/python/ready"
}
stubs=$(mktemp -d)
trap 'rm -rf "$stubs"' EXIT
"$python" -m grpc_tools.protoc -I"$root/protos" --python_out="$stubs" --grpc_python_out="$stubs" \
  kyc/options/v1/options.proto finpay/linkage/v1/linkage.proto widekyc/v1/widekyc.proto netzme/v1/upgrade_notification.proto
PYTHONPATH=$stubs "$root/tools/embedded/serve.sh" fresh "$root/bazel-bin" "$python" "$here/grpcio_calls.py"
