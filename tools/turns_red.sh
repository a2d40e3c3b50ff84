#!/usr/bin/env bash
# Runs a GoogleTest program that holds a deliberate defect. Passes only if the program fails as a test does, at every case named,
# and says the reason: a crash, or a program that does not even start, proves nothing.
#   turns_red.sh PROGRAM --case=PREFIX... --because=TEXT -- [ARGUMENT...]
set -euo pipefail

case ${1:-} in
  -h | --help) sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit ;;
  '' | -*) echo "turns_red.sh: no program is given; see --help" >&2 && exit 2 ;;
esac
program=$1
shift
cases=() because=''
while [ "$1" != -- ]; do
  case $1 in
    --case=*) cases+=("${1#*=}") ;;
    --because=*) because=${1#*=} ;;
    *) echo "turns_red.sh: what is $1?" >&2 && exit 2 ;;
  esac
  shift
done
shift
[ ${#cases[@]} -gt 0 ] && [ -n "$because" ] || { echo "turns_red.sh: no case or no reason is given" >&2 && exit 2; }

# Bazel means these for this test, not for the program: its report would be taken for ours, a filter or a shard leave cases out.
unset XML_OUTPUT_FILE TEST_PREMATURE_EXIT_FILE TESTBRIDGE_TEST_ONLY TEST_TOTAL_SHARDS TEST_SHARD_INDEX TEST_SHARD_STATUS_FILE

status=0
output=$("./$program" --gtest_color=no "$@" 2>&1) || status=$?

refuse() {
  printf '%s\n' "$output" >&2
  echo "turns_red.sh: $1" >&2
  exit 1
}

[ "$status" != 0 ] || refuse 'The defect is there and the test is green: it guards nothing.'
# Its last lines sum up, `[  FAILED  ] 2 tests, listed below:`; who crashes does not come so far.
[ "$status" = 1 ] && [[ $output =~ $'\n[  FAILED  ] '[0-9]+' test's?', listed below:' ]] ||
  refuse "The program ended with $status, not as a test that failed."
for name in "${cases[@]}"; do
  [[ $output == *$'\n[  FAILED  ] '"$name"* ]] || refuse "$name did not fail."
done
[[ $output == *"$because"* ]] || refuse "It failed, but for another reason than: $because"
echo "Red as it must be: ${cases[*]}: $because"
