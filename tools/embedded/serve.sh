#!/usr/bin/env bash
# serve.sh STATE PROGRAMS [COMMAND...]: runs gateway and simulator on the state folder STATE, which is filled at the first start;
# `fresh` is a new one that goes away in the end. PROGRAMS is the folder with server/kyc-gateway and tools/simulator/simulator.
# With COMMAND: runs it, with STATE as its last argument, then ends both; the exit status is COMMAND's, the logs are shown if it fails.
# Without: runs in the foreground until Ctrl-C, SIGTERM or SIGHUP (a closed terminal). Exit status 0 after a drain, 1 if a program
# ended by itself or a port is in use.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/embedded/programs.sh
. "$here/programs.sh"
case ${1:-} in -h | --help) usage_of "${BASH_SOURCE[0]}" ;; '' | -*) usage_of "${BASH_SOURCE[0]}" 2 ;; esac
[ $# -ge 2 ] || usage_of "${BASH_SOURCE[0]}" 2
state=$1 programs=$2
shift 2
command=("$@")

# --- State: the configuration and its secrets, made once.

make_state() (
  umask 077
  mkdir -p "$state/secrets"
  [ -e "$state/.gitignore" ] || echo '*' >"$state/.gitignore"
  [ -e "$state/config.textproto" ] || cp "$here/config.textproto" "$state/config.textproto"
  make_secrets
)

# listen_of BLOCK: that block's listen address in the configuration.
listen_of() {
  local line block=
  while IFS= read -r line; do
    if [[ $line =~ ^([a-z_]+)[[:space:]]*:?[[:space:]]*\{ ]]; then block=${BASH_REMATCH[1]}; fi
    if [ "$block" = "$1" ] && [[ $line =~ listen:[[:space:]]*[\"\']([^\"\']+) ]]; then
      echo "${BASH_REMATCH[1]}"
      return
    fi
  done <"$state/config.textproto"
}

# shown 1 or 2: a command of README.md, on one line and for this run: that which stays open, or the one after it.
shown() {
  awk -v nth="$1" '/^<!-- stays open -->/ { due = 1 } due && /^```sh/ { inside = ++count == nth; next } /^```/ { inside = 0 }
    inside { sub(/^ +/, ""); if (sub(/ *\\$/, "")) printf "%s ", $0; else print }' "$here/../../README.md" |
    sed "s#^grpcurl#$programs/clients/kyc/kyc grpcurl#; s#127\.0\.0\.1:50051#$grpc#"
}

announce() {
  cat <<END

Running. State, configuration and secrets: $state
  gRPC      $grpc   services: finpay.linkage.v1, widekyc.v1, netzme.v1, kyc.admin.v1, reflection, health
  webhook   http://$webhook/v1.0/snap/account/upgrade/notify
  admin     http://$admin/   the console; /metrics, /healthz, /readyz
  simulator http://$simulator   plays Finpay, WideKYC and Netzme

Paste into another terminal, in $PWD: a stream, which waits for one upgrade
  $(shown 1)

Paste into a third one: the call whose upgrade the stream tells less than a second later
  $(shown 2)

Ctrl-C drains and ends. What to do next: README.md
END
}

# --- One run.

begin_run
[ "$state" != fresh ] || state=$pipes/state
make_state
state=$(cd "$state" && pwd)
grpc=$(listen_of grpc) webhook=$(listen_of webhook) admin=$(listen_of admin) simulator=127.0.0.1:18090
# shellcheck disable=SC2086 # Blocks that are not configured are no words.
refuse_taken_ports $grpc $webhook $admin $simulator

mkfifo "$pipes/ready"
exec {ready}<>"$pipes/ready"

start gateway ' serving' "$programs/server/kyc-gateway" --config "$state/config.textproto"
start simulator 'listening on' "$programs/tools/simulator/simulator" --listen "$simulator" \
  --notify-url "http://${webhook:-127.0.0.1:8081}/v1.0/snap/account/upgrade/notify" \
  --callback-token-file "$state/secrets/netzme-callback-token" \
  --widekyc-token-file "$state/secrets/widekyc-token" \
  --finpay-merchant-pass-file "$state/secrets/finpay-merchant-pass" \
  --finpay-key-file "$state/secrets/finpay-field-key" \
  --finpay-iv-file "$state/secrets/finpay-field-iv"

status=0
if ! await_ready 30; then
  status=1
elif [ ${#command[@]} -gt 0 ]; then
  [ -n "$stop" ] || "${command[@]}" "$state" || status=$?
elif [ -z "$stop" ]; then
  say "$(announce)"
  wait -n -p ended "${pids[@]}" || true
fi
if [ -z "$stop" ] && dead=$(first_dead); then
  say "tools/run: $dead has ended by itself; the other one is ended, too." >&2
  status=1
elif [ -n "$stop" ] && [ ${#command[@]} -eq 0 ]; then
  say '' "tools/run: draining; a second Ctrl-C does not wait."
fi
end_all || status=1
[ ${#command[@]} -eq 0 ] || [ "$status" = 0 ] || show_logs
exit "$status"
