#!/usr/bin/env bash
# Our client for Node (clients/node), packed and installed as its users do: as python.sh.
# needs: node npm python3 openssl
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
package=$here/../../clients/node
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm="npm --silent --no-audit --no-fund --prefer-offline"
[ -d "$package/node_modules" ] || $npm --prefix "$package" install --no-package-lock
packed=$work/$(cd "$package" && npm pack --silent --pack-destination "$work" | tail -n 1)
cd "$work"
echo '{ "type": "module" }' >package.json
$npm install "$packed"
cp "$here/node/probe.ts" .
tsc="$package/node_modules/.bin/tsc --target es2022 --module nodenext --strict --skipLibCheck --types node --typeRoots $package/node_modules/@types"
$tsc probe.ts
python3 "$here/faults/example.py" ts example.ts "echo '{ \"type\": \"module\" }' >package.json && $npm install '$packed' && $tsc example.ts" \
  "node example.js"
python3 "$here/faults/run.py" node "$work/probe.js"
