#!/usr/bin/env bash
# Stubs of every contract that is public, made by each language's own tools, load beside that language's own health and reflection
# packages: two copies of one name would not.
# needs: python3 go protoc
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kyc-gateway
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
mapfile -t public < <(cd protos && find . -name '*.proto' -not -path './kyc/config/*' -printf '%P\n' | sort)

python=$cache/python_stubs/bin/python
[ -e "$cache/python_stubs/ready" ] || {
  python3 -m venv "$cache/python_stubs"
  "$python" -m pip install -q grpcio==1.71.2 grpcio-tools==1.71.2 grpcio-status==1.71.2 grpcio-health-checking==1.71.2 \
    grpcio-reflection==1.71.2
  touch "$cache/python_stubs/ready"
}
mkdir "$made/python" "$made/go"
"$python" -m grpc_tools.protoc -Iprotos --python_out="$made/python" --grpc_python_out="$made/python" "${public[@]}"
modules=("${public[@]%.proto}")
PYTHONPATH=$made/python "$python" - "${modules[@]//\//.}" <<'END'
import importlib, sys
import grpc_health.v1.health_pb2, grpc_reflection.v1alpha.reflection_pb2, google.rpc.error_details_pb2
for name in sys.argv[1:]:
    importlib.import_module(name + "_pb2")
    importlib.import_module(name + "_pb2_grpc")
END
echo "stubs: Python loads ${#public[@]} contracts beside grpc_health and grpc_reflection"

bin=$cache/go
[ -x "$bin/protoc-gen-go" ] || GOBIN=$bin go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.6
[ -x "$bin/protoc-gen-go-grpc" ] || GOBIN=$bin go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1
module=kyc-gateway/clients/go
PATH=$bin:$PATH protoc -Iprotos --go_out="$made/go" --go-grpc_out="$made/go" --go_opt=module=$module --go-grpc_opt=module=$module \
  "${public[@]}"
cd "$made/go"
go mod init $module 2>/dev/null
go get -v google.golang.org/grpc@v1.71.1 2>/dev/null
{
  echo 'package main'
  for folder in google.golang.org/grpc/{health/grpc_health_v1,reflection/grpc_reflection_v1,reflection/grpc_reflection_v1alpha} \
    $(find . -name '*.pb.go' -printf "$module/%P\n" | xargs -n 1 dirname | sort -u); do
    echo "import _ \"$folder\""
  done
  echo 'func main() {}'
} >main.go
go mod tidy 2>/dev/null
go run .
echo "stubs: Go loads ${#public[@]} contracts beside its health and reflection packages"
