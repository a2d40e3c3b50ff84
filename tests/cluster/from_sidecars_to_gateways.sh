#!/usr/bin/env bash
# from_sidecars_to_gateways.sh STATE: inside a cluster of tools/embedded/cluster.sh.
set -euo pipefail
state=$1

# notify SIDECAR REFERENCE
notify() {
  curl -sS --fail -o /dev/null -H "@$state/secrets/netzme-callback-header" -H 'Content-Type: application/json' \
    -d "{\"originalReferenceNo\": \"$2\", \"custId\": \"c-1\", \"status\": \"approved\"}" \
    "http://$1/v1.0/snap/account/upgrade/notify"
}

notify 127.0.0.1:8181 order-1
notify 127.0.0.1:8182 order-2
for gateway in 127.0.0.1:15051 127.0.0.1:15052; do
  # Ends when both events are there.
  seen=$(timeout 30 clients/kyc/kyc call "$gateway" netzme.v1.UpgradeNotificationService/WatchUpgrades \
    -d '{"from": "FROM_EARLIEST", "maxEvents": 2}')
  for reference in order-1 order-2; do
    [[ $seen == *"\"$reference\""* ]] || { echo "$gateway does not tell of $reference: $seen" >&2; exit 1; }
  done
done
