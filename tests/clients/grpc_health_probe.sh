#!/usr/bin/env bash
# grpc-health-probe, what many use in a container: the gateway as a whole, each service, one that is not there, nobody.
# needs: go
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/clients/go_tool
. tests/clients/go_tool
go_tool grpc-health-probe github.com/grpc-ecosystem/grpc-health-probe v0.4.62
[ "${1:-}" = inside ] || exec tools/embedded/serve.sh fresh bazel-bin tests/clients/grpc_health_probe.sh inside

# ends STATUS TEXT ARGUMENT...
ends() {
  local status=0 due=$1 text=$2 said
  shift 2
  said=$(grpc-health-probe -connect-timeout 20s -rpc-timeout 20s "$@" 2>&1) || status=$?
  [ "$status" = "$due" ] && grep -q "$text" <<<"$said" ||
    { echo "FAIL: grpc-health-probe $* ends with $status, not $due: $said" >&2; exit 1; }
}
ends 0 'status: SERVING' -addr 127.0.0.1:50051
for service in finpay.linkage.v1.UpgradeAccountService widekyc.v1.WideKycService netzme.v1.UpgradeNotificationService; do
  ends 0 'status: SERVING' -addr 127.0.0.1:50051 -service "$service"
done
ends 3 SERVICE_NOT_FOUND -addr 127.0.0.1:50051 -service nobody.v1.Service
ends 2 'failed to connect\|timeout' -addr 127.0.0.1:1 -connect-timeout 1s
echo 'grpc-health-probe: health is what it is'
