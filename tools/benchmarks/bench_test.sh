#!/usr/bin/env bash
# Every suite for a blink, against the real gateway: the benchmarks still run, check every reply, and fail when one is wrong.
set -euo pipefail
cd "$TEST_SRCDIR/$TEST_WORKSPACE"
bench=tools/benchmarks/bench contestant=$PWD/tools/benchmarks/contestant
postgres=(--log-servers "$PWD/tools/benchmarks/log_servers" --appends "$PWD/server/events/postgres/testing/append_benchmark")
KYC_GATEWAY=$PWD/server/kyc-gateway
export KYC_GATEWAY
fail() { echo "FAILED: $*" >&2; exit 1; }

out=$TEST_TMPDIR/all
"$bench" --small --secs 0.1 --rounds 1 --contestant "$contestant" "${postgres[@]}" --out "$out" | tee "$TEST_TMPDIR/table" ||
  fail "a row is disqualified"
for suite in calls tls slow webhook postgres watch base64; do
  grep -q "^| $suite " "$TEST_TMPDIR/table" || fail "no table of $suite"
  grep -q "\"suite\": \"$suite\"" "$out/bench.json" || fail "no $suite in bench.json"
  tail -n 1 "$out/$suite.svg" | grep -q '^</svg>$' || fail "no whole $suite.svg"
done
[ ! -e "$out/state" ] || fail "the gateway's state is still there"

# A gateway that does not start, and one that answers otherwise than it must, are failures.
printf '#!/bin/sh\nexit 1\n' >"$TEST_TMPDIR/dead"
sed 's/peers-token/another/' "$contestant" >"$TEST_TMPDIR/wrong"
sed -i "s#^root=.*#root=$PWD#" "$TEST_TMPDIR/wrong"
chmod +x "$TEST_TMPDIR/dead" "$TEST_TMPDIR/wrong"
for contestant in dead wrong; do
  status=0
  "$bench" webhook --only '1 connection' --small --secs 0.1 --rounds 1 --contestant "$TEST_TMPDIR/$contestant" \
    --out "$TEST_TMPDIR/$contestant.out" >"$TEST_TMPDIR/table" || status=$?
  [ "$status" = 1 ] || fail "exit status $status of a $contestant gateway"
  grep -q 'disqualified' "$TEST_TMPDIR/table" || fail "a $contestant gateway has figures"
done

status=0
"$bench" nonsense --contestant "$contestant" --out "$out" 2>/dev/null || status=$?
[ "$status" = 2 ] || fail "exit status $status of a wrong command"
echo PASSED
