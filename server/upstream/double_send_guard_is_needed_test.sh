#!/usr/bin/env bash
# Without the guard the double-send test must fail, and by bodies that arrived twice.
set -euo pipefail

if output=$("$1" --gtest_filter='*AfterBody*:*CutFirstLine*' 2>&1); then
  echo "The test passes without the guard, so it guards nothing." >&2
  exit 1
fi
for fault in CloseAfterBodySmall ResetAfterBodyLarge CutFirstLineSmall; do
  grep -q "FAILED.*AtMostOnceOverAPoolOfFaultyConnections/$fault" <<<"$output" || {
    echo "No body arrived twice at $fault:" "$output" >&2
    exit 1
  }
done
