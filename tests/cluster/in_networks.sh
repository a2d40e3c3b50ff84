#!/usr/bin/env bash
# in_networks.sh COMMAND...: runs it where each of three machines has a network of its own, so that fault.sh can cut one off from the
# others. In a namespace of networks of its own; nothing of the machine's own is touched. KYC_NETWORKS names a file with a line
# `ADDRESS PROCESS` for each, whose network is that process's. Ends with 77 where this machine allows no such namespaces.
set -euo pipefail
if [ -z "${KYC_NETWORKS:-}" ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(--user --map-root-user)
  unshare "${as_root[@]}" --net true 2>/dev/null && command -v ip nsenter >/dev/null || exit 77
  KYC_NETWORKS=$(mktemp) exec unshare "${as_root[@]}" --net "${BASH_SOURCE[0]}" "$@"
fi
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -f "$KYC_NETWORKS" "$KYC_NETWORKS.ready"' EXIT
mkfifo "$KYC_NETWORKS.ready"
exec {ready}<>"$KYC_NETWORKS.ready"
{
  ip link set lo up
  ip link add between type bridge && ip addr add 10.99.0.254/24 dev between && ip link set between up
} || exit 77
for number in 1 2 3; do
  unshare --net setpriv --pdeathsig KILL sh -c 'echo >"$KYC_NETWORKS.ready"; exec sleep infinity' {ready}>&- &
  read -r -t 30 -u "$ready" || exit 77
  ip link add "to-$number" type veth peer name eth0 netns $!
  ip link set "to-$number" master between up
  nsenter --net="/proc/$!/ns/net" sh -c "ip link set lo up; ip addr add 10.99.0.$number/24 dev eth0; ip link set eth0 up"
  echo "10.99.0.$number $!" >>"$KYC_NETWORKS"
done
"$@"
