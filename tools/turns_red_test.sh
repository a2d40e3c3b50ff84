#!/usr/bin/env bash
# turns_red.sh lets pass only a program that fails at the cases named, for the reason given.
set -euo pipefail
turns_red=$1
cd "$TEST_TMPDIR"
failures=0

# program STATUS LINE...: a program that says these lines and ends so.
program() {
  { printf '#!/bin/sh\ncat <<END\n' && printf '%s\n' "${@:2}" && printf 'END\nexit %s\n' "$1"; } >program
  chmod +x program
}

# expect STATUS WORDS PROGRAM [CASE...]: how turns_red.sh must end and what it must say.
expect() {
  local status=0 output
  output=$("$OLDPWD/$turns_red" "$3" "${@:4}" --because='the reason' -- 2>&1) || status=$?
  if [ "$status" != "$1" ] || [[ $output != *"$2"* ]]; then
    echo "expected $1, $2; got $status, $output" >&2
    failures=$((failures + 1))
  fi
}

red=('[ RUN      ] A.B' 'the reason' '[  FAILED  ] A.B (1 ms)' '[  FAILED  ] 1 test, listed below:' '[  FAILED  ] A.B')

program 1 "${red[@]}"
expect 0 'Red as it must be' program --case=A.B
expect 1 'A.C did not fail' program --case=A.B --case=A.C
expect 2 'no case' program
program 1 "${red[@]/the reason/another}"
expect 1 'for another reason' program --case=A.B
program 0 '[  PASSED  ] 1 test.' 'the reason'
expect 1 'guards nothing' program --case=A.B
program 134 "${red[@]}"
expect 1 'ended with 134' program --case=A.B
program 1 "${red[@]:0:3}"
expect 1 'ended with 1,' program --case=A.B
expect 1 'ended with 127,' no_such_program --case=A.B
exit "$failures"
