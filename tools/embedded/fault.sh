#!/usr/bin/env bash
# fault.sh STATE FAULT [NAME]: hurts a running cluster of cluster.sh, as machines and networks do. FAULT is
#   who               nothing: says who leads, who would be next, and who of etcd leads
#   kill-leader       SIGKILL to the server that leads, with its Patroni: a machine without power
#   kill-standby      likewise to the one for which it waits
#   kill-etcd-leader  likewise to the etcd that leads
#   kill NAME         likewise to server-1, etcd-2, sidecar-1, gateway-2 ...
#   start NAME        starts it again
#   freeze-leader     SIGSTOP to the server that leads, with its Patroni: it answers nobody, and its connections stay
#   freeze NAME       likewise to server-1 ...
#   thaw NAME         SIGCONT
#   cut-leader        cuts the server that leads, with its etcd, off from the two others, not from who sends to it,
#   cut-standby       likewise the one for which it waits; and
#   heal NAME         undoes that: only where machines have networks of their own (tests/cluster/in_networks.sh)
#   switchover        has Patroni hand over to the standby
#   await-whole       nothing: waits until one leads, the two others follow, and one of them is waited for
#   await-other NAME  nothing: waits until another one than NAME leads, and says so; until a standby follows that: `followed`; and
#                     until Patroni has named one to be waited for, so that what is committed is kept: `named`
# Each prints the name that it came to.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/embedded/programs.sh
. "$here/programs.sh"
# shellcheck source=tools/embedded/servers.sh
. "$here/servers.sh"
case ${1:-} in -h | --help) usage_of "${BASH_SOURCE[0]}" ;; '' | -*) usage_of "${BASH_SOURCE[0]}" 2 ;; esac
[ $# -ge 2 ] || usage_of "${BASH_SOURCE[0]}" 2
state=$1 fault=$2 name=${3:-}
[ -e "$state/programs" ] || { say "fault.sh: no cluster runs on $state." >&2; exit 1; }

# cluster [NUMBER]: what the Patroni of the server that leads, which is NUMBER where that is known, says of each member, as `NAME ROLE
# STATE`. Others may know only what was.
cluster() {
  local number=${1:-}
  [ -n "$number" ] || number=$(leader) || return 1
  curl -sf -m 1 "http://$(patroni_of "$number")/cluster" | python3 -c '
import json, sys
for member in json.load(sys.stdin)["members"]:
    print(member["name"].replace("_", "-"), member["role"], member["state"])' 2>/dev/null
}

# named ROLE: the server that has it. Waits for one, as there is none for some seconds after each change.
named() {
  local waited member role is
  for ((waited = 0; waited < 300; waited++)); do
    while read -r member role is; do
      [ "$role" != "$1" ] || [ "$is" != running ] || { echo "$member" && return; }
    done < <(cluster)
    sleep 0.2
  done
  say "fault.sh: no server is the $1 for a minute." >&2
  return 1
}

# etcd_leader: its name.
etcd_leader() {
  local number endpoint
  for number in 1 2 3; do
    endpoint=$(etcd_of "$number")
    [[ $(ETCDCTL_API=3 etcdctl --endpoints "$endpoint" --command-timeout 2s endpoint status -w fields 2>/dev/null) =~ \
      \"MemberID\"\ :\ ([0-9]+).*\"Leader\"\ :\ ([0-9]+) ]] || continue
    [ "${BASH_REMATCH[1]}" != "${BASH_REMATCH[2]}" ] || { echo "etcd-$number" && return; }
  done
  say 'fault.sh: no etcd leads.' >&2
  return 1
}

# hit NAME SIGNAL
hit() {
  local pid
  case $1 in
    server-[123]) signal_server "${1##*-}" "$2" ;;
    *) pid=$(pid_of "$1") && kill "-$2" "$pid" || { say "fault.sh: no $1 runs." >&2; return 1; } ;;
  esac
  echo "$1"
}

# route NAME add|del: between this machine and the two others everything is dropped, or no more.
route() {
  local number=${1##*-} other
  [ ${#networks[@]} -gt 0 ] || { say 'fault.sh: all machines share one network here.' >&2; return 1; }
  for other in 1 2 3; do
    [ "$other" != "$number" ] || continue
    nsenter "--net=${networks[number - 1]}" ip route "$2" blackhole "${machines[other - 1]}"
    nsenter "--net=${networks[other - 1]}" ip route "$2" blackhole "${machines[number - 1]}"
  done
  echo "$1"
}

# await_other NAME
await_other() {
  local waited other='' followed=
  for ((waited = 0; waited < 1200; waited++)); do
    if [ -n "$followed" ]; then
      [[ $(cluster "$other") != *' sync_standby running'* ]] || { echo named && return; }
    elif [ -n "$other" ]; then
      [[ $(curl -sf -m 1 "http://$(patroni_of "$other")/patroni") != *'"sync_state": "sync"'* ]] || { echo followed && followed=yes; }
    elif other=$(leader) && [ "server-$other" != "$1" ]; then
      echo "server-$other"
    else
      other=
    fi
    sleep 0.05
  done
  say "fault.sh: none but $1 leads, or none follows, for a minute." >&2
  return 1
}

switchover() {
  local from to
  from=$(named leader) to=$(named sync_standby)
  patronictl -c "$state/$from/patroni.yml" switchover --force --master "${from/-/_}" --candidate "${to/-/_}" kyc >/dev/null
  echo "$to"
}

# is_whole: each server answers for itself, as what is known of one that was killed is old.
is_whole() {
  local number
  for number in 1 2 3; do curl -sf -m 1 -o /dev/null "http://$(patroni_of "$number")/health" || return 1; done
  [ "$(cluster | sed 's/^[^ ]* //' | sort | tr '\n' ,)" = 'leader running,replica running,sync_standby running,' ]
}

await_whole() {
  local waited
  for ((waited = 0; waited < 600; waited++)); do
    ! is_whole || { named leader && return; }
    sleep 0.2
  done
  { say "fault.sh: not whole after two minutes:" && cluster; } >&2
  return 1
}

case $fault in
  who) say "$(named leader) leads; $(named sync_standby) has all and would be next; $(etcd_leader) leads the etcds" ;;
  kill-leader) hit "$(named leader)" KILL ;;
  kill-standby) hit "$(named sync_standby)" KILL ;;
  kill-etcd-leader) hit "$(etcd_leader)" KILL ;;
  cut-leader) route "$(named leader)" add ;;
  cut-standby) route "$(named sync_standby)" add ;;
  freeze-leader) hit "$(named leader)" STOP ;;
  kill | freeze | thaw | heal)
    [ -n "$name" ] || usage_of "${BASH_SOURCE[0]}" 2
    case $fault in kill) hit "$name" KILL ;; freeze) hit "$name" STOP ;; thaw) hit "$name" CONT ;; heal) route "$name" del ;; esac
    ;;
  start)
    [ -n "$name" ] || usage_of "${BASH_SOURCE[0]}" 2
    echo "$name" >>"$state/control"
    echo "$name"
    ;;
  switchover) switchover ;;
  await-whole) await_whole ;;
  await-other) await_other "$name" ;;
  *) usage_of "${BASH_SOURCE[0]}" 2 ;;
esac
