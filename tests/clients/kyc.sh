#!/usr/bin/env bash
# Our own client takes grpcurl's place in README.md and the guides: what the two print must be the same, byte by byte.
# needs: go
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [ "${1:-}" != compare ]; then
  bin=${XDG_CACHE_HOME:-$HOME/.cache}/kyc-gateway/go
  [ -x "$bin/grpcurl" ] || GOBIN=$bin go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3
  PATH=$bin:$PATH exec tools/embedded/serve.sh fresh bazel-bin tests/clients/kyc.sh compare
fi

theirs=$2/theirs ours=$2/ours
failed=0

# both ARGUMENT...: output, errors and exit status of both. An error tells its call's id: one for the two.
both() {
  local exits=(0 0) options=(-plaintext -H 'x-request-id: both')
  grpcurl "${options[@]}" "$@" >"$theirs" 2>"$theirs.err" || exits[0]=$?
  bazel-bin/clients/kyc/kyc grpcurl "${options[@]}" "$@" >"$ours" 2>"$ours.err" || exits[1]=$?
  if [ "${exits[0]}" = "${exits[1]}" ] && cmp -s "$theirs" "$ours" && cmp -s "$theirs.err" "$ours.err"; then return; fi
  echo "differs: $* (exit ${exits[*]})"
  diff "$theirs" "$ours" || true
  diff "$theirs.err" "$ours.err" || true
  failed=1
}

gateway=127.0.0.1:50051
widget=finpay.linkage.v1.UpgradeAccountService/CreateUpgradeAccountWidget
widekyc=widekyc.v1.WideKycService
netzme=netzme.v1.UpgradeNotificationService
pixel=iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==

both $gateway list
both $gateway list $widekyc
both $gateway describe
for symbol in $netzme.WatchUpgrades netzme.v1.UpgradeEvent netzme.v1.WatchUpgradesRequest widekyc.v1.IdCard \
  finpay.linkage.v1.Outcome google.rpc.ErrorInfo netzme.v1.WatchUpgradesRequest.cursor no.such.Symbol; do
  both $gateway describe $symbol
done
both -d '{"partnerReferenceNo": "order-0001", "phoneNo": "081234561000"}' $gateway $widget
both -d '{"partner_reference_no": "order-0002", "phone_no": "081234560202"}' $gateway $widget
both -d '{"partnerReferenceNo": "short", "phoneNo": "12"}' $gateway $widget
both -d "{\"custRefNo\": \"c-1\", \"selfieImage\": \"$pixel\"}" $gateway $widekyc/DetectLiveness
both -d "{\"custRefNo\": \"c-1\", \"idImage\": \"$pixel\"}" $gateway $widekyc/RecognizeId
both -emit-defaults -d '{"custRefNo": "c-1", "nik": "3671121401010004"}' $gateway $widekyc.ValidateId
for reference in sim-quota sim-not-approved sim-429 sim-500 sim-exception; do
  both -d "{\"custRefNo\": \"$reference\", \"nik\": \"3671121401010004\"}" $gateway $widekyc/ValidateId
done
both -d '{}{}' $gateway $widekyc/ValidateId
both $gateway $widekyc/NoSuchMethod
both $gateway grpc.health.v1.Health/Check
# The pair of calls sets off two notifications, of which the second is a repeat. Once the first is there, the log stands still.
both -d '{"partnerReferenceNo": "order-0003", "phoneNo": "081234561001"}' $gateway $widget
bazel-bin/clients/kyc/kyc call $gateway $netzme/WatchUpgrades -d '{"from": "FROM_EARLIEST", "maxEvents": 1}' >/dev/null
both -d '{"from": "FROM_EARLIEST", "maxEvents": 1}' $gateway $netzme/WatchUpgrades
both -d '{"originalReferenceNo": "order-0003"}' $gateway $netzme/GetUpgrade
both -d '{"originalReferenceNo": "no-such-order"}' $gateway $netzme/GetUpgrade
both -d '{}' $gateway $netzme/ListUpgrades
both -d '{"cursor": "garbled"}' $gateway $netzme/WatchUpgrades
exit "$failed"
