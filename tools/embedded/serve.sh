#!/usr/bin/env bash
# serve.sh STATE PROGRAMS [COMMAND...]: runs gateway and simulator on the state folder STATE, which is filled at the first start;
# `fresh` is a new one that goes away in the end. PROGRAMS is the folder with server/kyc-gateway and tools/simulator/simulator.
# With COMMAND: runs it, with STATE as its last argument, then ends both; the exit status is COMMAND's, the logs are shown if it fails.
# Without: runs in the foreground until Ctrl-C or SIGTERM. Exit status 0 after a drain, 1 if a program ended by itself.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=$1 programs=$2
shift 2
command=("$@")

# --- State: the configuration and its secrets, made once.

# make_secret NAME TEXT: a file that only this user can read; never half written, never written again.
make_secret() {
  local file=$state/secrets/$1
  [ -s "$file" ] || { printf '%s\n' "$2" >"$file.new" && mv "$file.new" "$file"; }
}

# random_text BYTES: that many random bytes in base64.
random_text() { head -c "$1" /dev/urandom | base64 -w 0; }

make_state() (
  umask 077
  mkdir -p "$state/secrets"
  [ -e "$state/.gitignore" ] || echo '*' >"$state/.gitignore"
  [ -e "$state/config.textproto" ] || cp "$here/config.textproto" "$state/config.textproto"
  make_secret finpay-merchant-pass "$(random_text 12)"
  make_secret finpay-field-key "$(random_text 12)" # 16 characters.
  make_secret finpay-field-iv "$(random_text 12)"
  make_secret widekyc-token "$(random_text 24)"
  make_secret netzme-callback-token "$(random_text 24)"
  make_secret netzme-callback-header "x-callback-token: $(cat "$state/secrets/netzme-callback-token")" # For curl -H @FILE.
  make_secret sealing-key-1 "$(random_text 32)"
  make_secret lookup-key "$(random_text 32)"
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

# refuse_taken_ports ADDRESS...: says which are in use before anything starts.
refuse_taken_ports() {
  local address taken=
  for address; do
    [ "${address##*:}" != 0 ] || continue
    if (exec 3<>"/dev/tcp/${address%:*}/${address##*:}") 2>/dev/null; then
      echo "tools/run: $address is in use by another program." >&2
      taken=yes
    fi
  done
  [ -z "$taken" ]
}

# --- The two programs. Each has its own session, so that Ctrl-C reaches this script alone.

names=() pids=() relays=()

# relay NAME WORD: shows (or, beside COMMAND, keeps) what the program writes, and reports the line with WORD.
relay() {
  local line
  trap '' INT TERM HUP
  trap - EXIT
  while IFS= read -r line; do
    if [ ${#command[@]} -gt 0 ]; then
      printf '%s\n' "$line" >>"$state/$1.log"
    else
      printf '%-9s | %s\n' "$1" "$line" || true
    fi
    [[ $line != *"$2"* ]] || echo "$1" >&"$ready"
  done
}

# start NAME WORD PROGRAM ARGUMENT...: WORD is in the line that it writes once it serves.
start() {
  local name=$1 word=$2
  shift 2
  rm -f "$state/$name.log" "$pipes/$name"
  mkfifo "$pipes/$name"
  relay "$name" "$word" <"$pipes/$name" &
  relays+=($!)
  setsid "$@" </dev/null >"$pipes/$name" 2>&1 {ready}>&- &
  names+=("$name") pids+=($!)
}

# await_ready: until every program has reported, one has died, someone wants to stop, or half a minute is over.
await_ready() {
  local name waited=0 reported=0
  while [ "$reported" -lt "${#pids[@]}" ] && [ -z "$stop" ]; do
    if IFS= read -r -t 1 -u "$ready" name; then
      reported=$((reported + 1))
    else
      waited=$((waited + 1))
      first_dead >/dev/null && return 1
      [ "$waited" -lt 30 ] || { echo "tools/run: not everything serves after 30 seconds." >&2; return 1; }
    fi
  done
}

# first_dead: prints the name of a program that has ended; fails if all run.
first_dead() {
  local i
  for i in "${!pids[@]}"; do
    kill -0 "${pids[i]}" 2>/dev/null || { echo "${names[i]}"; return 0; }
  done
  return 1
}

# wait_for PID: its exit status, also when signals interrupt; each of them is passed on: the gateway's second one ends the drain.
wait_for() {
  local status
  while :; do
    stop=
    status=0
    wait "$1" || status=$?
    [ -n "$stop" ] || return "$status"
    kill -TERM "$1" 2>/dev/null || true
  done
}

# end_all: drains the gateway while the simulator still answers, then ends that. Fails if one did not end in order.
end_all() {
  local i status=0
  for i in "${!pids[@]}"; do
    [ "${pids[i]}" != "${ended:-}" ] || continue
    kill -TERM "${pids[i]}" 2>/dev/null || true
    wait_for "${pids[i]}" || { echo "tools/run: ${names[i]} ended with status $?." >&2; status=1; }
  done
  wait "${relays[@]}" || true
  return "$status"
}

show_logs() {
  local name
  for name in "${names[@]}"; do
    [ ! -s "$state/$name.log" ] || { echo "--- $name" && tail -n 40 "$state/$name.log"; } >&2
  done
}

announce() {
  local kyc=$programs/clients/kyc/kyc
  cat <<END

Running. State, configuration and secrets: $state
  gRPC      $grpc   services: finpay.linkage.v1, widekyc.v1, netzme.v1, kyc.admin.v1, reflection, health
  webhook   http://$webhook/v1.0/snap/account/upgrade/notify
  admin     http://$admin/metrics, /healthz, /readyz
  simulator http://$simulator   plays Finpay, WideKYC and Netzme

Paste into another terminal, in $PWD (grpcurl works, too):
  $kyc grpcurl -plaintext $grpc list
  $kyc grpcurl -plaintext -d '{"partnerReferenceNo": "order-0001", "phoneNo": "081234567890"}' $grpc finpay.linkage.v1.UpgradeAccountService/CreateUpgradeAccountWidget
  $kyc watch $grpc --from earliest

Ctrl-C drains and ends.
END
}

# --- One run.

pipes=$(mktemp -d)
stop= ended=
trap 'rm -rf "$pipes"' EXIT
trap 'stop=yes' INT TERM HUP
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
if ! await_ready; then
  status=1
elif [ ${#command[@]} -gt 0 ]; then
  [ -n "$stop" ] || "${command[@]}" "$state" || status=$?
elif [ -z "$stop" ]; then
  announce
  wait -n -p ended "${pids[@]}" || true
fi
if [ -z "$stop" ] && dead=$(first_dead); then
  echo "tools/run: $dead has ended by itself; the other one is ended, too." >&2
  status=1
elif [ -n "$stop" ] && [ ${#command[@]} -eq 0 ]; then
  echo
  echo "tools/run: draining; a second Ctrl-C does not wait."
fi
end_all || status=1
[ ${#command[@]} -eq 0 ] || [ "$status" = 0 ] || show_logs
exit "$status"
