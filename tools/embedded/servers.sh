# For cluster.sh, which sources it: three machines, each a PostgreSQL server, Patroni, which looks after it, and an etcd, by which the
# three Patronis agree who leads. Debian's programs, from files of ours.
# shellcheck shell=bash disable=SC2154,SC2034

postgres=${KYC_POSTGRES:-/usr/lib/postgresql/15/bin}
quiet_lines='no action\. I am \(|Lock owner: ' # What Patroni says every 3 s while all is well.

# Patroni, and so all that it starts.
# shellcheck source=tools/embedded/as_nobody.sh
source "$(dirname "${BASH_SOURCE[0]}")/as_nobody.sh"

# A machine's address and its ports, by number, 1 first. None is of those that the system gives to outgoing connections (from 32768
# on). All are this one, unless $KYC_NETWORKS is a file that gives each an address and a process whose network is its own.
machines=(127.0.0.1 127.0.0.1 127.0.0.1) networks=()
if [ -n "${KYC_NETWORKS:-}" ]; then
  machines=()
  while read -r address process; do
    machines+=("$address") networks+=("/proc/$process/ns/net")
  done <"$KYC_NETWORKS"
fi
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY # None leads to them.
server_of() { echo "${machines[$1 - 1]}:1543$1"; }
patroni_of() { echo "${machines[$1 - 1]}:1544$1"; }
etcd_of() { echo "${machines[$1 - 1]}:1545$1"; }
etcd_peer_of() { echo "${machines[$1 - 1]}:1546$1"; }

# in_machine NUMBER: what its programs run in.
in_machine() { within=(${networks[$1 - 1]:+nsenter "--net=${networks[$1 - 1]}"}); }

need_programs() {
  local program missing=''
  for program in "$postgres/initdb" etcd etcdctl patroni patronictl; do
    command -v "$program" >/dev/null || missing+=" ${program##*/}"
  done
  [ -z "$missing" ] || { say "tools/run: not on this machine:$missing. tools/install cluster brings them." >&2; return 1; }
}

# patroni_config NUMBER
patroni_config() {
  local folder=$state/server-$1 password
  password=$(cat "$state/secrets/postgres-password")
  cat <<END
# One of three. What decides about loss: synchronous_mode and synchronous_mode_strict: a commit waits for the one standby that Patroni
# has named, only that one may lead next, and while there is none nothing is committed.
scope: kyc
name: server_$1
# By etcd's older interface: by the newer one, etcd3, a Patroni before 3.0.3 that was cut off takes the lead back when it returns, and
# what was acknowledged meanwhile is gone.
etcd:
  hosts: [$(etcd_of 1), $(etcd_of 2), $(etcd_of 3)]
restapi:
  listen: $(patroni_of "$1")
  connect_address: $(patroni_of "$1")
  authentication: {username: kyc, password: "$password"}
bootstrap:
  dcs:
    ttl: 15
    loop_wait: 3
    retry_timeout: 4
    synchronous_mode: true
    synchronous_mode_strict: true
    check_timeline: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        max_connections: 100
        wal_keep_size: 1GB
        wal_sender_timeout: 5s
        wal_receiver_timeout: 5s
        wal_retrieve_retry_interval: 200ms
  initdb: [data-checksums, encoding: UTF8, locale: C]
postgresql:
  listen: $(server_of "$1")
  connect_address: $(server_of "$1")
  data_dir: $folder/data
  bin_dir: $postgres
  pgpass: $folder/pgpass
  authentication:
    superuser: {username: kyc, password: "$password"}
    replication: {username: replicator, password: "$password"}
  pg_hba:
    - host all kyc all scram-sha-256
    - host replication replicator all scram-sha-256
  parameters:
    unix_socket_directories: ''
    password_encryption: scram-sha-256
    log_checkpoints: false
END
}

# make_machine NUMBER
make_machine() {
  mkdir -p "$state/server-$1"
  [ ! -e "$state/server-$1/PG_VERSION" ] ||
    { say "tools/run: $state/server-$1 is of a cluster without Patroni: move $state away, or give another KYC_RUN_DIR." >&2; return 1; }
  make_file "$state/server-$1/patroni.yml" patroni_config "$1"
}

start_etcd() {
  local number peers=
  for number in 1 2 3; do peers+="${peers:+,}etcd-$number=http://$(etcd_peer_of "$number")"; done
  in_machine "$1"
  order_of[etcd-$1]=143 # By the signal, once it has ended all.
  start "etcd-$1" '' etcd --name "etcd-$1" --data-dir "$state/server-$1/etcd" --log-level error --logger zap --enable-v2 \
    --listen-client-urls "http://$(etcd_of "$1")" --advertise-client-urls "http://$(etcd_of "$1")" \
    --listen-peer-urls "http://$(etcd_peer_of "$1")" --initial-advertise-peer-urls "http://$(etcd_peer_of "$1")" \
    --initial-cluster "$peers" --initial-cluster-state new --initial-cluster-token kyc
  within=()
}

start_server() {
  in_machine "$1"
  within+=("${as_nobody[@]}")
  start "server-$1" 'no action. I am (' patroni "$state/server-$1/patroni.yml"
  within=()
}

# await_etcd: until the three have agreed who of them leads.
await_etcd() {
  local waited=0
  until [ -n "$stop" ] || curl -s -m 1 "http://$(etcd_of 1)/health" | grep -q '"true"'; do
    waited=$((waited + 1))
    [ "$waited" -lt 150 ] || { say "tools/run: etcd does not serve." >&2; return 1; }
    sleep 0.2 || true
  done
}

# leader: the number of the server that leads and takes writes; fails while none does.
leader() {
  local number
  for number in 1 2 3; do
    ! curl -sf -m 1 -o /dev/null "http://$(patroni_of "$number")/primary" || { echo "$number" && return; }
  done
  return 1
}

# pid_of NAME: of a program of this run, also from another script; fails if it has ended. A number that another program has by now is
# none of ours.
pid_of() {
  local line pid program name found=
  while read -r line; do [ "${line##* }" != "$1" ] || found=$line; done <"$state/programs"
  read -r pid program name <<<"$found"
  [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$program" ] && echo "$pid"
}

# server_pid NUMBER: PostgreSQL's first process; fails if there is none.
server_pid() {
  local pid
  pid=$(head -n 1 "$state/server-$1/data/postmaster.pid" 2>/dev/null) || return 1
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ] && echo "$pid"
}

# signal_server NUMBER SIGNAL: to Patroni and all of PostgreSQL's processes, as if it were the machine.
signal_server() {
  local first processes
  processes=$(pid_of "server-$1") || true
  if first=$(server_pid "$1"); then processes+=" $first $(cat "/proc/$first/task/$first/children" 2>/dev/null)"; fi
  # shellcheck disable=SC2086 # Each is a word.
  kill "-$2" $processes 2>/dev/null || true
}

# end_orphan NUMBER: a server whose Patroni was killed lives on, as Patroni means it to; not beyond this script. It has 10 s to end in
# order, and 10 s to end at once; then it is killed, and this fails.
end_orphan() {
  local pid waited=0 how=INT
  while pid=$(server_pid "$1"); do
    case $waited in 50) how=QUIT ;; 100) how=KILL ;; esac
    kill "-$how" "$pid" 2>/dev/null || true
    [ "$how" != KILL ] || { say "tools/run: server-$1 does not end, and was killed." >&2; return 1; }
    waited=$((waited + 1))
    sleep 0.2 || true
  done
}
