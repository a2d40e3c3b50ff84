#!/usr/bin/env bash
# What tools/run says is there to paste works. However it is ended (Ctrl-C that ends its `| tee`, too, a closed terminal, SIGKILL), its
# programs end, and the next start says who holds a port.
set -euo pipefail
cd "$TEST_SRCDIR/$TEST_WORKSPACE"
serve=$PWD/tools/embedded/serve.sh
programs=()
fail() {
  echo "FAILED: $*" >&2
  kill -KILL "${programs[@]}" 2>/dev/null || true
  exit 1
}

# begin NAME: runs it in a terminal of its own, through tee, until it serves. Sets terminal, state and programs.
# (Bash has its background jobs ignore SIGINT.)
begin() {
  local line
  state=$TEST_TMPDIR/$1
  mkfifo "$state.keys" "$state.screen"
  env --default-signal script -qefc "$serve $state . 2>&1 | tee $state.log" /dev/null <"$state.keys" >"$state.screen" &
  terminal=$!
  exec {keys}>"$state.keys" {screen}<"$state.screen"
  while IFS= read -r -t 60 -u "$screen" line; do
    [[ $line != 'Ctrl-C drains'* ]] || break
  done
  [[ $line == 'Ctrl-C drains'* ]] || fail "$1 does not serve: $(cat "$state.log")"
  mapfile -t programs < <(cut -d ' ' -f 1 "$state/programs")
  [ ${#programs[@]} = 2 ] || fail "$1 runs ${programs[*]}"
  cat <&"$screen" >/dev/null &
}

# expect_ended NAME: that both programs do, and the terminal.
expect_ended() {
  local pid
  for pid in "${programs[@]}"; do
    timeout 60 tail --pid="$pid" -f /dev/null || fail "$1: $(cat "/proc/$pid/comm") ($pid) is an orphan"
  done
  exec {keys}>&- {screen}<&-
  wait "$terminal" || true
}

# pasted WHERE: the command that is to be pasted there, without the terminal's carriage return.
pasted() {
  grep -A 1 "^Paste into $1" "$state.log" | tail -n 1 | tr -d '\r'
}

begin ctrl_c
mkfifo "$state.stream"
timeout 60 bash -c "$(pasted another)" >"$state.stream" &
stream=$!
exec {told}<"$state.stream"
IFS= read -r -t 60 -u "$told" || fail "the stream that was to be pasted does not open: $(pasted another)"
bash -c "$(pasted 'a third')" | grep -q OUTCOME_WIDGET_ISSUED || fail "the call that was to be pasted fails: $(pasted 'a third')"
grep -q UPGRADE_STATUS_APPROVED <&"$told" || fail "the stream does not tell of the call's upgrade"
exec {told}<&-
wait "$stream" || true
printf '\003' >&"$keys"
expect_ended ctrl_c
[ ! -e "$state/programs" ] || fail "it did not end its programs itself"
tail -n 1 "$state.log" | grep -q . || fail "nothing was logged"

begin closed_terminal
kill -KILL "$terminal"
expect_ended closed_terminal

begin killed
kill -KILL "$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/${programs[0]}/status")"
expect_ended killed

begin holder
status=0
said=$("$serve" "$TEST_TMPDIR/other" . 2>&1) || status=$?
[ "$status" = 1 ] || fail "a second run ended with $status: $said"
[[ $said == *"127.0.0.1:50051 is in use by "*"kyc-gateway (process ${programs[0]})."* ]] || fail "who holds the port? $said"
[[ $said == *"127.0.0.1:18090 is in use by simulator (process ${programs[1]})."* ]] || fail "who holds the port? $said"
said=$("$serve" "$state" . 2>&1) && fail "two runs on one state"
[[ $said == *"an earlier run on this state goes on"*"kyc-gateway (process ${programs[0]})"*"simulator (process ${programs[1]})"* ]] ||
  fail "what goes on? $said"
kill -0 "${programs[@]}" || fail "a run that was refused ended those of the first"
printf '\003' >&"$keys"
expect_ended holder
echo PASSED
