#!/usr/bin/env bash
# cluster.sh STATE PROGRAMS [COMMAND...]: as serve.sh, but many processes over PostgreSQL: three servers, of which one leads and two
# follow it, two sidecars that take notifications, two gateways that serve gRPC, and the simulator. Who leads when the first one is
# gone, its operator decides: promote.sh does what the gateway's promise needs. The servers' programs are in $KYC_POSTGRES, or
# Debian's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/embedded/programs.sh
. "$here/programs.sh"
case ${1:-} in -h | --help) usage_of "${BASH_SOURCE[0]}" ;; '' | -*) usage_of "${BASH_SOURCE[0]}" 2 ;; esac
[ $# -ge 2 ] || usage_of "${BASH_SOURCE[0]}" 2
state=$1 programs=$2
shift 2
command=("$@")

postgres=${KYC_POSTGRES:-/usr/lib/postgresql/15/bin}
[ -x "$postgres/initdb" ] || { echo "tools/run: no PostgreSQL 15 here: tools/install cluster brings it." >&2; exit 1; }
# It refuses to run as root: then each of its programs runs in a namespace in which root is nobody.
as_nobody=()
[ "$(id -u)" != 0 ] || as_nobody=(unshare --user --map-user=65534 --map-group=65534)

# By number, 1 first. None is of those that the system gives to outgoing connections (from 32768 on).
servers=(127.0.0.1:15431 127.0.0.1:15432 127.0.0.1:15433)
webhooks=(127.0.0.1:8181 127.0.0.1:8182)
grpcs=(127.0.0.1:15051 127.0.0.1:15052)
admins=(127.0.0.1:9191 127.0.0.1:9192 127.0.0.1:9193 127.0.0.1:9194)
simulator=127.0.0.1:18190

# --- State: made once; a configuration that is there stays as it is.

# server_config NUMBER: what is added to its postgresql.conf.
server_config() {
  cat <<END
listen_addresses = '127.0.0.1'
port = ${servers[$1 - 1]##*:}
unix_socket_directories = ''
cluster_name = 'server_$1'
# Whichever leads waits for one of the others; its own name there is harmless.
synchronous_standby_names = 'ANY 1 (server_1,server_2,server_3)'
primary_conninfo = 'host=127.0.0.1 port=${servers[0]##*:} user=kyc passfile=$state/secrets/pgpass application_name=server_$1'
wal_log_hints = on
wal_keep_size = '1GB'
wal_retrieve_retry_interval = '200ms'
END
}

# make_servers: the first one is made; the others are copies of it that follow.
make_servers() {
  local number
  [ ! -d "$state/server-3" ] || return 0
  rm -rf "$state"/server-*
  "${as_nobody[@]}" "$postgres/initdb" -D "$state/server-1" -U kyc --pwfile="$state/secrets/postgres-password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C --data-checksums --no-instructions >/dev/null
  for number in 2 3; do
    cp -a "$state/server-1" "$state/server-$number.new"
    touch "$state/server-$number.new/standby.signal"
    server_config "$number" >>"$state/server-$number.new/postgresql.conf"
    mv "$state/server-$number.new" "$state/server-$number"
  done
  server_config 1 >>"$state/server-1/postgresql.conf"
}

# engine: the event log's block of every process.
engine() {
  cat <<END

event_log {
  postgres {
    dsn: "host=$(IFS=, && echo "${servers[*]%:*}") port=$(IFS=, && echo "${servers[*]##*:}") dbname=postgres user=kyc"
    password_file: "secrets/postgres-password"
    standby_names: "server_1"
    standby_names: "server_2"
    standby_names: "server_3"
  }
  sealing_keys {
    id: 1
    key_file: "secrets/sealing-key-1"
  }
  # Never change this one: stored references could no longer be looked up.
  lookup_key_file: "secrets/lookup-key"
}
END
}

sidecar_config() {
  cat <<END
webhook {
  listen: "${webhooks[$1 - 1]}"
  accounts {
    name: "default"
    callback_token_files: "secrets/netzme-callback-token"
  }
}

admin {
  listen: "${admins[$1 - 1]}"
}
END
  engine
}

# The embedded defaults, without the webhook and with another log.
gateway_config() {
  sed -e '/^webhook {/,/^}/d' -e '/^event_log {/,/^}/d' -e "s/127.0.0.1:50051/${grpcs[$1 - 1]}/" \
    -e "s/127.0.0.1:9090/${admins[$1 + 1]}/" -e "s/127.0.0.1:18090/$simulator/" -e '/^#.*embedded defaults/,/^$/d' \
    "$here/config.textproto"
  engine
}

make_file() { [ -e "$1" ] || { "${@:2}" >"$1.new" && mv "$1.new" "$1"; }; }

make_state() (
  umask 077
  mkdir -p "$state/secrets"
  [ -e "$state/.gitignore" ] || echo '*' >"$state/.gitignore"
  make_secrets
  make_secret postgres-password "$(random_text 24)"
  make_secret pgpass "*:*:*:kyc:$(cat "$state/secrets/postgres-password")"
  make_servers
  for number in 1 2; do
    make_file "$state/sidecar-$number.textproto" sidecar_config "$number"
    make_file "$state/gateway-$number.textproto" gateway_config "$number"
  done
)

announce() {
  local kyc=$programs/clients/kyc/kyc
  cat <<END

Running. State, configurations and secrets: $state
  gateway-1, -2  gRPC ${grpcs[*]}
  sidecar-1, -2  webhook $(printf 'http://%s/v1.0/snap/account/upgrade/notify ' "${webhooks[@]}")
  admin          $(printf 'http://%s/metrics ' "${admins[@]}")
  server-1,-2,-3 ${servers[*]}   PostgreSQL; server-1 led when they were made
  simulator      http://$simulator   plays Finpay, WideKYC and Netzme, which notifies sidecar-1

Paste into another terminal, in $PWD: what one sidecar takes, both gateways tell. Kill any one of them meanwhile.
  $kyc watch ${grpcs[0]} --from earliest
  $kyc watch ${grpcs[1]} --from earliest
  curl -H @$state/secrets/netzme-callback-header -H 'Content-Type: application/json' -d '{"originalReferenceNo": "order-0001", "custId": "c-1", "status": "approved"}' http://${webhooks[1]}/v1.0/snap/account/upgrade/notify

Kill a standby: nothing is seen. Kill both: 503, and all goes on once one is started again by the next run. Kill the one that leads,
and then have another one lead: $here/promote.sh $state

Ctrl-C drains and ends.
END
}

# --- One run.

begin_run
[ "$state" != fresh ] || state=$pipes/state
mkdir -p "$state"
state=$(cd "$state" && pwd)
make_state
refuse_taken_ports "${servers[@]}" "${webhooks[@]}" "${grpcs[@]}" "${admins[@]}" "$simulator"

mkfifo "$pipes/ready"
exec {ready}<>"$pipes/ready"

for number in 1 2; do
  start "sidecar-$number" ' serving' "$programs/server/kyc-gateway" --config "$state/sidecar-$number.textproto"
done
for number in 1 2; do
  start "gateway-$number" ' serving' "$programs/server/kyc-gateway" --config "$state/gateway-$number.textproto"
done
start simulator 'listening on' "$programs/tools/simulator/simulator" --listen "$simulator" \
  --notify-url "http://${webhooks[0]}/v1.0/snap/account/upgrade/notify" \
  --callback-token-file "$state/secrets/netzme-callback-token" \
  --widekyc-token-file "$state/secrets/widekyc-token" \
  --finpay-merchant-pass-file "$state/secrets/finpay-merchant-pass" \
  --finpay-key-file "$state/secrets/finpay-field-key" \
  --finpay-iv-file "$state/secrets/finpay-field-iv"
# Last, so that they end last; the one that leads last of all, so that the others have everything.
for number in 3 2 1; do
  start "server-$number" 'database system is ready to accept' "${as_nobody[@]}" "$postgres/postgres" -D "$state/server-$number"
done

status=0
if ! await_ready; then
  status=1
elif [ ${#command[@]} -gt 0 ]; then
  [ -n "$stop" ] || "${command[@]}" "$state" || status=$?
elif [ -z "$stop" ]; then
  say "$(announce)"
  # One that dies is what a cluster is for: only Ctrl-C ends it.
  while [ -z "$stop" ]; do sleep 1 || true; done
fi
if [ -n "$stop" ] && [ ${#command[@]} -eq 0 ]; then
  say '' "tools/run: draining; a second Ctrl-C does not wait."
fi
end_all || status=1
[ ${#command[@]} -eq 0 ] || [ "$status" = 0 ] || show_logs
exit "$status"
