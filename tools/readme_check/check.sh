#!/usr/bin/env bash
# check.sh PROGRAMS: runs every command of every guide that shows one, and compares the replies; each guide has a gateway and a
# simulator of its own, on fresh state. PROGRAMS is the folder with the programs. Exit status 0 if all replies are as documented.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
programs=$1

guides=()
for guide in README.md clients/repeat.md {clients,protos,server,tools}{,/*}/README.md; do
  if grep -qsE '^(grpcurl|curl) ' "$guide"; then guides+=("$guide"); fi
done
[ "${guides[0]-}" = README.md ] || { echo "check.sh: no command in README.md" >&2 && exit 2; }

wrong=()
for guide in "${guides[@]}"; do
  tools/embedded/serve.sh fresh "$programs" "$programs/tools/readme_check/readme_check" "$guide" || wrong+=("$guide")
done
echo
if [ ${#wrong[@]} = 0 ]; then echo "As documented: ${guides[*]}"; else echo "NOT as documented: ${wrong[*]}" && exit 1; fi
