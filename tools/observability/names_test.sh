#!/usr/bin/env bash
# Each alert rule has a test and a cure in the runbook, the runbook has no cure for a rule that there is not, and every metric that
# is asked for exists. What the rules do is tried by tests/observability/alerts.sh, as promtool is not everywhere.
set -euo pipefail
cd "$TEST_SRCDIR/$TEST_WORKSPACE"
failures=0
fail() { echo "FAILED: $*" >&2 && failures=$((failures + 1)); }
rules=tools/observability/alerts.yaml

alerts=$(sed -n 's/^ *- alert: //p' "$rules" | sort)
[ "$(wc -l <<<"$alerts")" -gt 20 ] || fail "too few alerts: $alerts"
diff <(echo "$alerts") <(sed -n 's/^### \(Kyc[A-Za-z]*\)$/\1/p' server/runbook.md | sort) || fail "the runbook's cures are of other alerts"
diff <(echo "$alerts") <(sed -n 's/^ *alertname: //p' tools/observability/alerts_test.yaml | sort -u) || fail "the tests are of other alerts"
for alert in $alerts; do
  [ "$(grep -c "alertname: $alert\$" tools/observability/alerts_test.yaml)" -ge 2 ] || fail "$alert is not tried both ways"
  grep -q "runbook: server/runbook.md#${alert,,}\$" "$rules" || fail "$alert does not name its cure"
done
for metric in $(grep -ohE '\bkyc_[a-z_]+' "$rules" tools/observability/dashboard.json | sed 's/_bucket$//' | sort -u); do
  grep -q "^| \`$metric\` |" server/metrics.md || fail "$metric is no metric"
done
for alert in $(grep -oE '\bKyc[A-Za-z]+' tools/observability/dashboard.json | sort -u); do
  grep -qx "$alert" <<<"$alerts" || fail "the dashboard names $alert, which is no alert"
done
exit "$failures"
