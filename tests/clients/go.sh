#!/usr/bin/env bash
# Our client for Go (clients/go): as python.sh.
# needs: go protoc python3 openssl
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
(cd "$here/../../clients/go" && go generate . && go vet ./...)
(cd "$here/go" && go build -o "$probe/probe" .)
python3 "$here/faults/run.py" "$probe/probe"
