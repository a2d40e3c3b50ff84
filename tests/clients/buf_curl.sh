#!/usr/bin/env bash
# buf curl, by either version of reflection: the methods, a call, a stream, and an error with its details.
# needs: npm
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kyc-gateway/buf
[ -x "$cache/node_modules/.bin/buf" ] || npm install --silent --no-save --prefix "$cache" @bufbuild/buf@1.75.0
[ "${1:-}" = inside ] || exec tools/embedded/serve.sh fresh bazel-bin tests/clients/buf_curl.sh inside

# says TEXT REFLECTION PATH [ARGUMENT...]
says() {
  local text=$1 reflection=$2 path=$3 said
  shift 3
  said=$("$cache/node_modules/.bin/buf" curl --protocol grpc --http2-prior-knowledge --reflect-protocol "$reflection" "$@" \
    "http://127.0.0.1:50051/$path" 2>&1 || true)
  grep -qE -- "$text" <<<"$said" || { echo "FAIL: no $text in what buf says of $path: $said" >&2; exit 1; }
}
for reflection in grpc-v1 grpc-v1alpha; do
  says '^netzme.v1.UpgradeNotificationService/WatchUpgrades$' "$reflection" '' --list-methods
  says '"selfiePhoto": 10' "$reflection" widekyc.v1.WideKycService/ValidateId -d '{"cust_ref_no": "buf-1", "nik": "3203012503770011"}'
done
says '"code": "invalid_argument"' grpc-v1 widekyc.v1.WideKycService/ValidateId -d '{"nik": "1"}'
says google.rpc.BadRequest grpc-v1 widekyc.v1.WideKycService/ValidateId -d '{"nik": "1"}'
says GOODBYE_REASON_CAUGHT_UP grpc-v1 netzme.v1.UpgradeNotificationService/WatchUpgrades \
  -d '{"from": "FROM_EARLIEST", "stop_when_caught_up": true}'
echo 'buf curl: both versions of reflection lead to the same calls'
