#!/usr/bin/env bash
# The program itself: port file, clean end by SIGTERM and SIGINT, faults of the command line.
set -euo pipefail
simulator=$PWD/$1
cd "$TEST_TMPDIR"

fail() { echo "FAILED: $*" >&2; exit 1; }

for signal in TERM INT; do
  mkfifo "log-$signal"
  # Bash lets background jobs ignore SIGINT; the program asks for it again.
  "$simulator" --listen 127.0.0.1:0 --port-file "port-$signal" --notify-url= 2>"log-$signal" &
  pid=$!
  exec 3<"log-$signal"
  read -r line <&3
  [[ $line == "simulator: listening on 127.0.0.1:"* ]] || fail "said: $line"
  port=${line##*:}
  exec 4<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET /sim/count HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&4
  reply=$(cat <&4)
  [[ $reply == *'{"count":0}' ]] || fail "answered: $reply"
  [ "$(cat "port-$signal")" = "$port" ] || fail "port file holds $(cat "port-$signal"), not $port"
  kill -s "$signal" "$pid"
  wait "$pid" || fail "ended with $? after SIG$signal"
  exec 3<&- 4<&-
done

grep -q 'sim-quota .*Quota Exceeded' <<<"$("$simulator" --list-magic)" || fail "--list-magic lacks rows"
grep -q -- --refuse-duplicates <<<"$("$simulator" --help)" || fail "--help lacks flags"
[[ $("$simulator" --version) == "simulator "[0-9]* ]] || fail "--version lacks the version"
status=0
"$simulator" --nonsense 2>fault || status=$?
[ "$status" = 2 ] || fail "an unknown flag ends with $status"
status=0
"$simulator" --listen 2>fault || status=$?
[ "$status" = 2 ] || fail "a faulty command line ends with $status"
grep -q -- '--listen needs a value' fault || fail "said: $(cat fault)"
