#!/usr/bin/env bash
# grpcui, by reflection: its page knows every service, a form's fields and their comments' place, and a call made by its own means.
# needs: go curl
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/clients/go_tool
. tests/clients/go_tool
go_tool grpcui github.com/fullstorydev/grpcui v1.4.3 github.com/fullstorydev/grpcui/cmd/grpcui
[ "${1:-}" = inside ] || exec tools/embedded/serve.sh fresh bazel-bin tests/clients/grpcui.sh inside
state=$2

fail() { echo "FAIL: $*" >&2; exit 1; }
grpcui -plaintext -bind 127.0.0.1 -port 0 -open-browser=false 127.0.0.1:50051 >"$state/grpcui.log" 2>&1 &
grpcui=$!
trap 'kill "$grpcui"' EXIT
for ((i = 0; i < 300; ++i)); do
  ! grep -q 'http://' "$state/grpcui.log" || break
  read -r -t 0.1 <> <(:) || true
done
page=$(grep -oE 'http://[0-9.:]+' "$state/grpcui.log") || fail "it tells no page: $(cat "$state/grpcui.log")"

curl -sS --max-time 60 -c "$state/jar" "$page/" >"$state/page.html"
for service in finpay.linkage.v1.UpgradeAccountService widekyc.v1.WideKycService netzme.v1.UpgradeNotificationService; do
  grep -qF "$service" "$state/page.html" || fail "its page does not know $service"
done
token=$(awk '/_grpcui_csrf_token/ { print $7 }' "$state/jar")
# calls TEXT METHOD REQUEST
calls() {
  local said
  said=$(curl -sS --max-time 60 -b "$state/jar" -H "x-grpcui-csrf-token: $token" -H 'Content-Type: application/json' \
    -d "{\"timeout_seconds\": 30, \"metadata\": [], \"data\": [$3]}" "$page/invoke/$2")
  grep -q -- "$1" <<<"$said" || fail "no $1 in the answer of $2: $said"
}
calls '"selfie_photo": 10' widekyc.v1.WideKycService.ValidateId '{"cust_ref_no": "ui-1", "nik": "3203012503770011"}'
calls 'google.rpc.BadRequest' widekyc.v1.WideKycService.ValidateId '{"nik": "1"}'
calls GOODBYE_REASON_CAUGHT_UP netzme.v1.UpgradeNotificationService.WatchUpgrades '{"from": "FROM_EARLIEST", "stop_when_caught_up": true}'
echo 'grpcui: its page and its calls are in order'
