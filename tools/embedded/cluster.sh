#!/usr/bin/env bash
# cluster.sh STATE PROGRAMS [COMMAND...]: as serve.sh, but many processes over NATS JetStream: three nats-servers with three replicas,
# two sidecars that take notifications, two gateways that serve gRPC, and the simulator. The nats-server is $KYC_NATS_SERVER, or the
# machine's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/embedded/programs.sh
. "$here/programs.sh"
case ${1:-} in -h | --help) usage_of "${BASH_SOURCE[0]}" ;; '' | -*) usage_of "${BASH_SOURCE[0]}" 2 ;; esac
[ $# -ge 2 ] || usage_of "${BASH_SOURCE[0]}" 2
state=$1 programs=$2
shift 2
command=("$@")

nats_server=${KYC_NATS_SERVER:-$(PATH=$PATH:/usr/sbin command -v nats-server || true)}
[ -n "$nats_server" ] || { echo "tools/run: no nats-server here: tools/install cluster brings it." >&2; exit 1; }

# By number, 1 first. None is of those that the system gives to outgoing connections (from 32768 on).
nats=(127.0.0.1:14222 127.0.0.1:14223 127.0.0.1:14224)
routes=(127.0.0.1:14248 127.0.0.1:14249 127.0.0.1:14250)
webhooks=(127.0.0.1:8181 127.0.0.1:8182)
grpcs=(127.0.0.1:15051 127.0.0.1:15052)
admins=(127.0.0.1:9191 127.0.0.1:9192 127.0.0.1:9193 127.0.0.1:9194)
simulator=127.0.0.1:18190

# --- State: made once; a configuration that is there stays as it is.

nats_config() {
  cat <<END
server_name: nats-$1
listen: "${nats[$1 - 1]}"
jetstream { store_dir: "$state/nats-$1" }
authorization { user: kyc, password: "$(cat "$state/secrets/nats-password")" }
cluster {
  name: kyc
  listen: "${routes[$1 - 1]}"
  routes: [$(printf '"nats://%s", ' "${routes[@]}")]
}
END
}

# engine NAME: the event log's block of the process of that name.
engine() {
  cat <<END

event_log {
  jetstream {
$(printf '    servers: "nats://%s"\n' "${nats[@]}")
    user { name: "kyc" password_file: "secrets/nats-password" }
    folder: "$1"
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
  engine "sidecar-$1"
}

# The embedded defaults, without the webhook and with another log.
gateway_config() {
  sed -e '/^webhook {/,/^}/d' -e '/^event_log {/,/^}/d' -e "s/127.0.0.1:50051/${grpcs[$1 - 1]}/" \
    -e "s/127.0.0.1:9090/${admins[$1 + 1]}/" -e "s/127.0.0.1:18090/$simulator/" -e '/^#.*embedded defaults/,/^$/d' \
    "$here/config.textproto"
  engine "gateway-$1"
}

make_file() { [ -e "$1" ] || { "${@:2}" >"$1.new" && mv "$1.new" "$1"; }; }

make_state() (
  umask 077
  mkdir -p "$state/secrets"
  [ -e "$state/.gitignore" ] || echo '*' >"$state/.gitignore"
  make_secrets
  make_secret nats-password "$(random_text 24)"
  for number in 1 2 3; do make_file "$state/nats-$number.conf" nats_config "$number"; done
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
  nats-1, -2, -3 ${nats[*]}   stream KYC, three replicas
  simulator      http://$simulator   plays Finpay, WideKYC and Netzme, which notifies sidecar-1

Paste into another terminal, in $PWD: what one sidecar takes, both gateways tell. Kill any one of them meanwhile.
  $kyc watch ${grpcs[0]} --from earliest
  $kyc watch ${grpcs[1]} --from earliest
  curl -H @$state/secrets/netzme-callback-header -H 'Content-Type: application/json' -d '{"originalReferenceNo": "order-0001", "custId": "c-1", "status": "approved"}' http://${webhooks[1]}/v1.0/snap/account/upgrade/notify

Ctrl-C drains and ends.
END
}

# --- One run.

begin_run
[ "$state" != fresh ] || state=$pipes/state
mkdir -p "$state"
state=$(cd "$state" && pwd)
make_state
refuse_taken_ports "${nats[@]}" "${routes[@]}" "${webhooks[@]}" "${grpcs[@]}" "${admins[@]}" "$simulator"

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
# Last, so that they end last.
for number in 1 2 3; do start "nats-$number" 'Server is ready' "$nats_server" -c "$state/nats-$number.conf"; done

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
