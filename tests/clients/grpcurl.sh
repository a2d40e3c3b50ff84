#!/usr/bin/env bash
# grpcurl against a gateway and a simulator on the embedded defaults: list, describe, and a call of every rpc.
# needs: go
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
bin=${XDG_CACHE_HOME:-$HOME/.cache}/kyc-gateway/go
[ -x "$bin/grpcurl" ] || GOBIN=$bin go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3
PATH=$bin:$PATH exec "$root/tools/embedded/serve.sh" fresh "$root/bazel-bin" "$here/grpcurl_calls"
