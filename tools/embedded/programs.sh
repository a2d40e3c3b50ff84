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
  while read -r pid name _; do
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
within=()    # What a program runs in: the beginning of its command line.
declare -A order_of=() # By name, the status of a program that ends in order by another one than 0.
quiet_lines= # A pattern of lines that are not shown.
awaited=0    # How many have yet to report.
stop= ended= all_ended=
end_run=end_all # What ends them all.

# begin_run: from here on, whatever happens to this script, no program outlives it: it ends them itself, and where it is killed the
# kernel does (see start).
begin_run() {
  pipes=$(mktemp -d)
  trap 'leave' EXIT
  trap 'stop=yes' INT TERM HUP
  trap : PIPE # To be told by a failed write; unlike '', the programs do not inherit it.
}

leave() {
  [ -n "$all_ended" ] || [ ${#pids[@]} = 0 ] || "$end_run" || true
  rm -rf "$pipes"
}

# relay NAME WORD: shows (or, beside COMMAND, keeps) what the program writes, and reports the first line with WORD.
relay() {
  local line word=$2
  trap '' INT TERM HUP PIPE
  trap - EXIT
  while IFS= read -r line; do
    if [ ${#command[@]} -gt 0 ]; then
      printf '%s\n' "$line" >>"$state/$1.log"
    elif [ -z "$quiet_lines" ] || ! [[ $line =~ $quiet_lines ]]; then
      printf '%-9s | %s\n' "$1" "$line" 2>/dev/null || true
    fi
    [ -z "$word" ] || [[ $line != *"$word"* ]] || { echo "$1" >&"$ready" && word=; }
  done
}

# start NAME WORD PROGRAM ARGUMENT...: WORD is in the line that it writes once it serves; nobody waits for one without. A NAME that was
# started before and has ended starts again.
start() {
  local name=$1 word=$2 i at=${#names[@]}
  shift 2
  for i in "${!names[@]}"; do [ "${names[i]}" != "$name" ] || at=$i; done
  rm -f "$pipes/$name"
  [ "$at" -lt ${#names[@]} ] || rm -f "$state/$name.log"
  mkfifo "$pipes/$name"
  relay "$name" "$word" <"$pipes/$name" &
  relays+=($!)
  # The signal last: whoever becomes somebody else loses it.
  setsid "${within[@]}" setpriv --pdeathsig TERM "$@" </dev/null >"$pipes/$name" 2>&1 {ready}>&- &
  names[at]=$name pids[at]=$!
  [ -z "$word" ] || awaited=$((awaited + 1))
  echo "$! ${1##*/} $name" >>"$state/programs"
}

# await_ready SECONDS: until every program has reported that should, one has died, someone wants to stop, or the time is over.
await_ready() {
  local name waited=0
  while [ "$awaited" -gt 0 ] && [ -z "$stop" ]; do
    if IFS= read -r -t 1 -u "$ready" name; then
      awaited=$((awaited - 1))
    else
      waited=$((waited + 1))
      first_dead >/dev/null && return 1
      [ "$waited" -lt "$1" ] || { say "tools/run: not everything serves after $1 seconds." >&2; return 1; }
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

# await_end INDEX...: until these programs, which were told to, have ended. Fails if one did not end in order.
await_end() {
  local i status=0 how
  for i; do
    [ "${pids[i]}" != "${ended:-}" ] || continue
    how=0
    wait_for "${pids[i]}" || how=$?
    [ "$how" = 0 ] || [ "$how" = "${order_of[${names[i]}]:-0}" ] ||
      { say "tools/run: ${names[i]} ended with status $how." >&2; status=1; }
  done
  return "$status"
}

# end_some INDEX...: ends these programs one after the other. Fails if one did not end in order.
end_some() {
  local i status=0
  for i; do
    [ "${pids[i]}" = "${ended:-}" ] || kill -TERM "${pids[i]}" 2>/dev/null || true
    await_end "$i" || status=1
  done
  return "$status"
}

# end_all [INDEX...]: the last of them: these, in this order, or all as they were started.
end_all() {
  local status=0
  [ $# -gt 0 ] || set -- "${!pids[@]}"
  end_some "$@" || status=1
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
