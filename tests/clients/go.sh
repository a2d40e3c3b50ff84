#!/usr/bin/env bash
# Our client for Go (clients/go): as python.sh.
# needs: go protoc python3 openssl
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
(cd "$here/../../clients/go" && go generate . && go vet ./...)
(cd "$here/go" && go build -o "$probe/probe" .)
client=kyc-gateway/clients/go
python3 "$here/faults/example.py" go example.go "go mod init example 2>/dev/null && go mod edit -require $client@v0.0.0 \
  -replace $client=$(realpath "$here/../../clients/go") && go mod tidy 2>/dev/null && go build -o example ." ./example
python3 "$here/faults/run.py" "$probe/probe"
