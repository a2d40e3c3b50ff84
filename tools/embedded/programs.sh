# For the scripts beside it, which source it: state, and several programs in the foreground as if they were one.
# Theirs is: state (a folder), command (an array, perhaps empty), and for start: pipes, ready.
# shellcheck shell=bash disable=SC2154,SC2034

# --- Secrets, made once.

# make_secret NAME TEXT: a file that only this user can read; never half written, never written again.
make_secret() {
  local file=$state/secrets/$1
  [ -s "$file" ] || { printf '%s\n' "$2" >"$file.new" && mv "$file.new" "$file"; }
}

# random_text BYTES: that many random bytes in base64.
random_text() { head -c "$1" /dev/urandom | base64 -w 0; }

# make_secrets: those that a gateway and a simulator need.
make_secrets() {
  make_secret finpay-merchant-pass "$(random_text 12)"
  make_secret finpay-field-key "$(random_text 12)" # 16 characters.
  make_secret finpay-field-iv "$(random_text 12)"
  make_secret widekyc-token "$(random_text 24)"
  make_secret netzme-callback-token "$(random_text 24)"
  make_secret netzme-callback-header "x-callback-token: $(cat "$state/secrets/netzme-callback-token")" # For curl -H @FILE.
  make_secret sealing-key-1 "$(random_text 32)"
  make_secret lookup-key "$(random_text 32)"
}

# say LINE...: for whoever still listens: a `| tee` that Ctrl-C has ended, and a terminal that was closed, listen no more.
say() { printf '%s\n' "$@" 2>/dev/null || true; }

# usage_of SCRIPT [STATUS]: prints its head, and ends with this status.
usage_of() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1" >&$((${2:-0} ? 2 : 1))
  exit "${2:-0}"
}

# holder_of PORT: `NAME (process PID)` of who listens there, as far as this user may know it: nobody but root may look into a
# gateway.
holder_of() {
  local hex address state inode rest found
  printf -v hex ':%04X' "$1"
  while read -r _ address _ state _ _ _ _ _ inode rest; do
    [[ $address == *$hex && $state = 0A ]] || continue
    found=$(find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\\[$inode\\]" -print -quit 2>/dev/null) || true
    found=${found#/proc/}
    [ -z "$found" ] || { say "$(cat "/proc/${found%%/*}/comm") (process ${found%%/*})" && return; }
  done < <(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
  found=$(grep -lxs kyc-gateway /proc/[0-9]*/comm | sed 's#/proc/\([0-9]*\)/.*#kyc-gateway (process \1)#' | head -n 1) || true
  say "another program, perhaps ${found:-of another user}"
}

# those_of_before: `NAME (process PID)` of each program of an earlier run on this state that still runs.
those_of_before() {
  local pid name
  [ -r "$state/programs" ] || return 0
  while read -r pid name; do
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$name" ] || say "$name (process $pid)"
  done <"$state/programs"
}

# refuse_taken_ports ADDRESS...: says which are in use, and by whom, before anything starts.
refuse_taken_ports() {
  local address taken='' before
  before=$(those_of_before)
  if [ -n "$before" ]; then
    { say "tools/run: an earlier run on this state goes on; end it first, or give another state as KYC_RUN_DIR:" "$before"; } >&2
    return 1
  fi
  for address; do
    [ "${address##*:}" != 0 ] || continue
    if (exec 3<>"/dev/tcp/${address%:*}/${address##*:}") 2>/dev/null; then
      say "tools/run: $address is in use by $(holder_of "${address##*:}")." >&2
      taken=yes
    fi
  done
  [ -z "$taken" ]
}

# --- The programs. Each has its own session, so that Ctrl-C reaches the script alone.

names=() pids=() relays=()
stop= ended= all_ended=

# begin_run: from here on, whatever happens to this script, no program outlives it: it ends them itself, and where it is killed the
# kernel does (see start).
begin_run() {
  pipes=$(mktemp -d)
  trap 'leave' EXIT
  trap 'stop=yes' INT TERM HUP
  trap : PIPE # To be told by a failed write; unlike '', the programs do not inherit it.
}

leave() {
  [ -n "$all_ended" ] || [ ${#pids[@]} = 0 ] || end_all || true
  rm -rf "$pipes"
}

# relay NAME WORD: shows (or, beside COMMAND, keeps) what the program writes, and reports the line with WORD.
relay() {
  local line
  trap '' INT TERM HUP PIPE
  trap - EXIT
  while IFS= read -r line; do
    if [ ${#command[@]} -gt 0 ]; then
      printf '%s\n' "$line" >>"$state/$1.log"
    else
      printf '%-9s | %s\n' "$1" "$line" 2>/dev/null || true
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
  setsid setpriv --pdeathsig TERM "$@" </dev/null >"$pipes/$name" 2>&1 {ready}>&- &
  names+=("$name") pids+=($!)
  echo "$! ${1##*/}" >>"$state/programs"
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
      [ "$waited" -lt 30 ] || { say "tools/run: not everything serves after 30 seconds." >&2; return 1; }
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

# end_all [INDEX...]: ends the programs one after the other, in this order, or as they were started. Fails if one did not end in
# order.
end_all() {
  local i status=0
  [ $# -gt 0 ] || set -- "${!pids[@]}"
  for i; do
    [ "${pids[i]}" != "${ended:-}" ] || continue
    kill -TERM "${pids[i]}" 2>/dev/null || true
    wait_for "${pids[i]}" || { say "tools/run: ${names[i]} ended with status $?." >&2; status=1; }
  done
  wait "${relays[@]}" || true
  rm -f "$state/programs"
  all_ended=yes
  return "$status"
}

show_logs() {
  local name
  for name in "${names[@]}"; do
    [ ! -s "$state/$name.log" ] || { echo "--- $name" && tail -n 40 "$state/$name.log"; } >&2
  done
}
