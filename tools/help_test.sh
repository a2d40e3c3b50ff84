#!/usr/bin/env bash
# Every script that people run tells by --help what it does and does nothing else; an option that it does not know ends with 2.
set -euo pipefail
cd "$TEST_SRCDIR/$TEST_WORKSPACE"
failures=0
fail() { echo "FAILED: $*" >&2 && failures=$((failures + 1)); }

# Whoever is called to install, build or run something leaves its name.
called=$TEST_TMPDIR/called
mkdir "$TEST_TMPDIR/bin"
for name in apt-get dpkg-query sudo bazel bazel-4 clang-format-14 buildifier git setsid mktemp; do
  printf '#!/bin/sh\necho "$0 $*" >>%s\nexit 1\n' "$called" >"$TEST_TMPDIR/bin/$name"
  chmod +x "$TEST_TMPDIR/bin/$name"
done
PATH=$TEST_TMPDIR/bin:$PATH

for script in tools/run tools/test tools/bench tools/install tools/format tools/package tools/image tools/embedded/serve.sh \
  tools/embedded/cluster.sh tools/embedded/fault.sh tools/benchmarks/contestant tools/turns_red.sh; do
  for option in --help -h; do
    status=0
    output=$("$script" "$option" 2>&1) || status=$?
    [ "$status" = 0 ] || fail "$script $option ends with $status: $output"
    [[ $output == *"$(basename "$script")"* ]] || fail "$script $option does not name itself: $output"
  done
  for arguments in '--no-such-option' '--no-such-option x'; do
    status=0
    # shellcheck disable=SC2086 # Two words are two arguments.
    output=$("$script" $arguments 2>/dev/null </dev/null) || status=$?
    [ "$status" = 2 ] || fail "$script $arguments ends with $status"
    [ -z "$output" ] || fail "$script $arguments speaks to standard output: $output"
  done
done
[ ! -e "$called" ] || fail "called: $(cat "$called")"
exit "$failures"
