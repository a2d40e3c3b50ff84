#!/usr/bin/env bash
# ARCHITECTURE.md shows the rooms as the build files have them.
set -euo pipefail
cd "$TEST_SRCDIR/$TEST_WORKSPACE"
shown=$(sed -n '/^```mermaid$/,/^```$/p' ARCHITECTURE.md | sed '1d;$d')
if ! diff <(echo "$shown") tools/rooms/picture.mmd; then
  echo "FAILED: put what bazel-bin/tools/rooms/picture.mmd has into ARCHITECTURE.md's picture" >&2
  exit 1
fi
