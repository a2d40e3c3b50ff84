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

# both_tell COUNT: each gateway has events of order-1 to order-COUNT.
both_tell() {
  local gateway seen number
  for gateway in 127.0.0.1:15051 127.0.0.1:15052; do
    # Ends when all of them are there.
    seen=$(timeout 30 clients/kyc/kyc call "$gateway" netzme.v1.UpgradeNotificationService/WatchUpgrades \
      -d "{\"from\": \"FROM_EARLIEST\", \"maxEvents\": $1}")
    for ((number = 1; number <= $1; number++)); do
      [[ $seen == *"\"order-$number\""* ]] || { echo "$gateway does not tell of order-$number: $seen" >&2; exit 1; }
    done
  done
}

notify 127.0.0.1:8181 order-1
notify 127.0.0.1:8182 order-2
both_tell 2

# What is asked for may come in parts, between which a wait for it ends.
tools/embedded/fault.sh "$state" kill gateway-2 >/dev/null
printf gate >>"$state/control"
read -r -t 1.5 <> <(:) || true
echo way-2 >>"$state/control"
curl -sS --fail -o /dev/null --retry 30 --retry-delay 1 --retry-connrefused http://127.0.0.1:9194/readyz
both_tell 2
