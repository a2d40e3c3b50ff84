#!/usr/bin/env bash
# cluster.sh STATE PROGRAMS [COMMAND...]: as serve.sh, but many processes over PostgreSQL: three servers under Patroni with etcd, which
# decide by themselves who leads, two sidecars that take notifications, two gateways that serve gRPC, and the simulator. fault.sh
# beside it kills, freezes and brings back any of them. PostgreSQL's programs are in $KYC_POSTGRES, or Debian's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/embedded/programs.sh
. "$here/programs.sh"
# shellcheck source=tools/embedded/servers.sh
. "$here/servers.sh"
case ${1:-} in -h | --help) usage_of "${BASH_SOURCE[0]}" ;; '' | -*) usage_of "${BASH_SOURCE[0]}" 2 ;; esac
[ $# -ge 2 ] || usage_of "${BASH_SOURCE[0]}" 2
state=$1 programs=$2
shift 2
command=("$@")
need_programs

webhooks=(127.0.0.1:8181 127.0.0.1:8182)
grpcs=(127.0.0.1:15051 127.0.0.1:15052)
admins=(127.0.0.1:9191 127.0.0.1:9192 127.0.0.1:9193 127.0.0.1:9194)
simulator=127.0.0.1:18190

# --- State: made once; a configuration that is there stays as it is.

# engine: the event log's block of every process.
engine() {
  local hosts=("$(server_of 1)" "$(server_of 2)" "$(server_of 3)")
  cat <<END

event_log {
  postgres {
    dsn: "host=$(IFS=, && echo "${hosts[*]%:*}") port=$(IFS=, && echo "${hosts[*]##*:}") dbname=postgres user=kyc"
    password_file: "secrets/postgres-password"
${networks:+    insecure_plaintext_i_understand: true}
    # Patroni's names of them.
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
  for number in 1 2 3; do make_machine "$number" || return 1; done
  for number in 1 2; do
    make_file "$state/sidecar-$number.textproto" sidecar_config "$number"
    make_file "$state/gateway-$number.textproto" gateway_config "$number"
  done
)

announce() {
  local kyc=$programs/clients/kyc/kyc fault="$here/fault.sh $state"
  cat <<END

Running. State, configurations and secrets: $state
  gateway-1, -2  gRPC ${grpcs[*]}
  sidecar-1, -2  webhook $(printf 'http://%s/v1.0/snap/account/upgrade/notify ' "${webhooks[@]}")
  admin          $(printf 'http://%s/metrics ' "${admins[@]}")
  server-1,-2,-3 $(server_of 1) $(server_of 2) $(server_of 3)   PostgreSQL under Patroni; server-$(leader || echo ?) leads
  etcd-1,-2,-3   $(etcd_of 1) $(etcd_of 2) $(etcd_of 3)   by which they agree
  simulator      http://$simulator   plays Finpay, WideKYC and Netzme, which notifies sidecar-1

Paste into another terminal, in $PWD: what one sidecar takes, both gateways tell.
  $kyc watch ${grpcs[0]} --from earliest
  $kyc watch ${grpcs[1]} --from earliest
  curl -H @$state/secrets/netzme-callback-header -H 'Content-Type: application/json' -d '{"originalReferenceNo": "order-0001", "custId": "c-1", "status": "approved"}' http://${webhooks[1]}/v1.0/snap/account/upgrade/notify

Then hurt it, and repeat the curl: nothing that was answered 200 is lost or told twice, and 503 means: send it again.
  $fault who               who leads, and who would be next
  $fault kill-leader       503 until another one leads, about 20 s; then 200
  $fault switchover        503 for some seconds
  $fault freeze-leader     503 until another one leads, as above; \`thaw\` brings it back as a standby
  $fault kill-standby      503 until Patroni has named the other one, some seconds
  $fault kill-etcd-leader  nothing is seen
  $fault kill sidecar-2    and any other of the names above: the others go on
  $fault start NAME        starts what was killed

Ctrl-C drains and ends; the next run goes on with what is there.
END
}

# --- One run.

# start_one NAME
start_one() {
  local number=${1##*-}
  case $1 in
    etcd-[123]) start_etcd "$number" ;;
    server-[123]) start_server "$number" ;;
    sidecar-[12] | gateway-[12]) start "$1" ' serving' "$programs/server/kyc-gateway" --config "$state/$1.textproto" ;;
    simulator)
      start simulator 'listening on' "$programs/tools/simulator/simulator" --listen "$simulator" \
        --notify-url "http://${webhooks[0]}/v1.0/snap/account/upgrade/notify" \
        --callback-token-file "$state/secrets/netzme-callback-token" \
        --widekyc-token-file "$state/secrets/widekyc-token" \
        --finpay-merchant-pass-file "$state/secrets/finpay-merchant-pass" \
        --finpay-key-file "$state/secrets/finpay-field-key" \
        --finpay-iv-file "$state/secrets/finpay-field-iv"
      ;;
    *) say "tools/run: there is no $1." >&2 ;;
  esac
}

start_all() {
  local name
  for name in etcd-{1,2,3}; do start_one "$name"; done
  await_etcd || return 1
  for name in server-{1,2,3}; do start_one "$name"; done
  await_ready 120 || return 1
  for name in sidecar-{1,2} gateway-{1,2} simulator; do start_one "$name"; done
  await_ready 45
}

# index_of NAME: where it stands among those that run; fails if it does not.
index_of() {
  local i
  for i in "${!names[@]}"; do
    [ "${names[i]}" != "$1" ] || { kill -0 "${pids[i]}" 2>/dev/null && echo "$i" && return; }
  done
  return 1
}

# end_cluster: those that write first, what they write to last.
end_cluster() {
  local name number order=()
  for name in sidecar-{1,2} gateway-{1,2} simulator; do order+=($(index_of "$name")) || true; done
  end_some "${order[@]}" || status=1
  order=()
  # At once: a standby that is waited for wants to be let go by the one that leads, and may lead itself for a moment. And once:
  # Python, on its way out, dies of a second signal.
  for number in 1 2 3; do
    signal_server "$number" CONT
    order+=($(index_of "server-$number")) && kill -TERM "${pids[order[-1]]}" || true
  done
  await_end "${order[@]}" || status=1
  for number in 1 2 3; do end_orphan "$number" || status=1; done
  order=()
  for name in etcd-{1,2,3}; do order+=($(index_of "$name")) || true; done
  end_all "${order[@]}" || status=1
}

# obey SECONDS: starts again what fault.sh asks for, waiting so long for it.
asked='' # Of a line, what had come when the time was over: it is not given again.
obey() {
  local part name
  IFS= read -r -t "$1" -u "$control" part || { asked+=$part && return; }
  name=$asked$part asked=''
  index_of "$name" >/dev/null || start_one "$name"
}

begin_run
end_run=end_cluster
[ "$state" != fresh ] || state=$pipes/state
mkdir -p "$state"
state=$(cd "$state" && pwd)
make_state
# shellcheck disable=SC2046 # Each is a word.
refuse_taken_ports $(for number in 1 2 3; do for what in server patroni etcd etcd_peer; do "${what}_of" "$number"; done; done) \
  "${webhooks[@]}" "${grpcs[@]}" "${admins[@]}" "$simulator"

mkfifo "$pipes/ready" "$pipes/control"
exec {ready}<>"$pipes/ready" {control}<>"$pipes/control"
ln -sfn "$pipes/control" "$state/control"

status=0
if ! start_all; then
  [ -n "$stop" ] || status=1
elif [ ${#command[@]} -gt 0 ] && [ -z "$stop" ]; then
  "${command[@]}" "$state" &
  running=$!
  while kill -0 "$running" 2>/dev/null && [ -z "$stop" ]; do obey 1; done
  [ -z "$stop" ] || kill -TERM "$running" 2>/dev/null || true
  wait "$running" || status=$?
elif [ -z "$stop" ]; then
  say "$(announce)"
  # One that dies is what a cluster is for: only Ctrl-C ends it.
  while [ -z "$stop" ]; do obey 1; done
fi
if [ -n "$stop" ] && [ ${#command[@]} -eq 0 ]; then
  say '' "tools/run: draining; a second Ctrl-C does not wait."
fi
stop=
end_cluster
[ ${#command[@]} -eq 0 ] || [ "$status" = 0 ] || show_logs
exit "$status"
