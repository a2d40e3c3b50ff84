#!/usr/bin/env bash
# Makes the stubs of the public contracts from ../../protos into this module: `go generate` runs it. Needs protoc (protobuf-compiler).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
protos=../../protos module=$(go list -m)
bin=${XDG_CACHE_HOME:-$HOME/.cache}/kyc-gateway/go
[ -x "$bin/protoc-gen-go" ] || GOBIN=$bin go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.6
[ -x "$bin/protoc-gen-go-grpc" ] || GOBIN=$bin go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1

files=() packages=()
for file in "$protos"/{finpay/linkage,widekyc,netzme,kyc/admin,kyc/errors,kyc/options}/v1/*.proto; do
  file=${file#"$protos"/} folder=$(dirname "${file#"$protos"/}")
  files+=("$file")
  # The package is called after its last two parts: widekyc/v1 is widekycv1.
  packages+=("--go_opt=M$file=$module/$folder;$(basename "$(dirname "$folder")")v1"
    "--go-grpc_opt=M$file=$module/$folder;$(basename "$(dirname "$folder")")v1")
done
PATH=$bin:$PATH protoc -I"$protos" --go_out=. --go-grpc_out=. --go_opt=module="$module" --go-grpc_opt=module="$module" \
  "${packages[@]}" "${files[@]}"
