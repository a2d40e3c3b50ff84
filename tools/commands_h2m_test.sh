#!/usr/bin/env bash
# The man page of kyc has a section for each of its commands, with that command's options.
set -euo pipefail
sections=$("$1" "$2")
failures=0
fail() { echo "FAILED: $*" >&2 && failures=$((failures + 1)); }

commands=$("$2" --help | awk '/^Options:$/ { exit } /^  [a-z]+   / { print $1 }')
[ "$(wc -l <<<"$commands")" -ge 15 ] || fail "kyc --help names few commands: $commands"
for command in $commands 'upgrades watch' 'quarantine redrive' 'notify send'; do
  grep -qFx "[kyc $command]" <<<"$sections" || fail "no section of kyc $command"
done
for option in 'kyc audit:--reference R' 'kyc usage:--month YYYY-MM' 'kyc upgrades list:--latest-only'; do
  section=$(awk -v name="[${option%%:*}]" '/^\[/ { here = $0 == name } here' <<<"$sections")
  grep -qF -e "${option#*:}" <<<"${section//\\-/-}" || fail "the section of ${option%%:*} lacks ${option#*:}"
done
# Lines that roff would take for its own requests.
! grep -vxE '\.(nf|fi)' <<<"$sections" | grep '^[.'"'"']' || fail 'these lines would be read as requests'
exit "$failures"
