#!/usr/bin/env bash
# evans, by reflection: list, describe, a call, a stream, and an error with its details.
# needs: go
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/clients/go_tool
. tests/clients/go_tool
go_tool evans github.com/ktr0731/evans v0.10.11
[ "${1:-}" = inside ] || exec tools/embedded/serve.sh fresh bazel-bin tests/clients/evans.sh inside
export XDG_CONFIG_HOME=$2/evans XDG_CACHE_HOME=$2/evans # It keeps files of its own there.

# says TEXT REQUEST ARGUMENT...: what evans says of these arguments holds TEXT, a pattern of grep -E.
says() {
  local text=$1 request=$2 said
  shift 2
  said=$(timeout 60 evans --host 127.0.0.1 --port 50051 --reflection cli "$@" 2>&1 <<<"$request" || true)
  grep -qE -- "$text" <<<"$said" || { echo "FAIL: no $text in what evans says of $*: $said" >&2; exit 1; }
}
says '^netzme.v1.UpgradeNotificationService$' '' list
says 'WideKycService.ValidateId$' '' list widekyc.v1.WideKycService
says 'message UpgradeEvent' '' desc netzme.v1.UpgradeEvent
says '"selfiePhoto": 10' '{"cust_ref_no": "evans-1", "nik": "3203012503770011"}' call widekyc.v1.WideKycService.ValidateId
says '"description": "must be 16 digits"' '{"nik": "1"}' call --enrich widekyc.v1.WideKycService.ValidateId
says GOODBYE_REASON_CAUGHT_UP '{"from": "FROM_EARLIEST", "stop_when_caught_up": true}' \
  call netzme.v1.UpgradeNotificationService.WatchUpgrades
echo 'evans: every answer is as it must be'
