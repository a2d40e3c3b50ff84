#!/usr/bin/env bash
# ghz, by reflection: many calls at once, streams that end, and an error that it counts as one.
# needs: go
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/clients/go_tool
. tests/clients/go_tool
go_tool ghz github.com/bojand/ghz v0.120.0 github.com/bojand/ghz/cmd/ghz
[ "${1:-}" = inside ] || exec tools/embedded/serve.sh fresh bazel-bin tests/clients/ghz.sh inside

# counts CODE COUNT METHOD REQUEST: COUNT calls, ten at a time, all of which end with CODE.
counts() {
  local said
  said=$(ghz --insecure --total "$2" --concurrency 10 --format json --call "$3" --data "$4" 127.0.0.1:50051)
  grep -qE "\"statusCodeDistribution\": *\{[[:space:]]*\"$1\": *$2[[:space:]]*\}" <<<"$(tr -d '\n' <<<"$said")" ||
    { echo "FAIL: not $2 times $1 of $3: $said" >&2; exit 1; }
}
counts OK 200 widekyc.v1.WideKycService/ValidateId '{"cust_ref_no": "ghz-1", "nik": "3203012503770011"}'
counts InvalidArgument 20 widekyc.v1.WideKycService/ValidateId '{"nik": "1"}'
counts OK 20 netzme.v1.UpgradeNotificationService/WatchUpgrades '{"from": "FROM_EARLIEST", "stop_when_caught_up": true}'
echo 'ghz: every call ends as it must'
