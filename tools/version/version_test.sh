#!/usr/bin/env bash
# The three programs tell one version, CHANGELOG.md begins with it, and a release's commit is git's or says what it is.
set -euo pipefail
cd "$TEST_SRCDIR/$TEST_WORKSPACE"
failures=0
fail() { echo "FAILED: $*" >&2 && failures=$((failures + 1)); }

number=$(cat VERSION)
[[ $number =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "VERSION is no version: $number"
newest=$(sed -n 's/^## \([0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)
[ "$newest" = "$number" ] || fail "CHANGELOG.md's newest version is $newest, VERSION is $number"

for program in server/kyc-gateway clients/kyc/kyc tools/simulator/simulator; do
  told=$("$program" --version)
  [[ $told =~ ^"${program##*/} $number ("([0-9a-f]{12}(-modified)?|development|unknown)")"$ ]] ||
    fail "$program --version: $told"
done

# tools/workspace_status, in a repository of its own.
status=$PWD/tools/workspace_status
cd "$TEST_TMPDIR"
export GIT_CEILING_DIRECTORIES=$TEST_TMPDIR HOME=$TEST_TMPDIR
unset KYC_COMMIT
expect() { [ "$("$status")" = "STABLE_COMMIT $1" ] || fail "$2: $("$status")"; }
expect unknown "without git"
KYC_COMMIT=0123456789ab expect 0123456789ab "a commit that is told"
if command -v git >/dev/null; then
  git init -q . && echo a >file && git add file
  git -c user.name=n -c user.email=e@e commit -q -m one
  commit=$(git rev-parse --short=12 HEAD)
  expect "$commit" "a clean tree"
  echo b >file
  expect "$commit-modified" "a changed file"
fi
exit "$failures"
