#!/usr/bin/env bash
# The contracts by buf: its lint and format; nothing that broke since the last version; and the options of every language as its
# managed mode would set them.
# needs: npm git protoc
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kyc-gateway/buf
buf=$cache/node_modules/.bin/buf
[ -x "$buf" ] || npm install --silent --no-save --prefix "$cache" @bufbuild/buf@1.75.0
fail() { echo "FAIL: $1" >&2; exit 1; }
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

"$buf" lint protos || fail 'buf lint'
"$buf" format --diff --exit-code protos || fail 'buf format: cd protos && buf format -w'

# The last version before this commit; of a checkout without history or tags there is none to compare with.
version=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null) || version=
if [ -n "$version" ]; then
  git archive "$version" protos | tar -x -C "$made"
  "$buf" breaking protos --against "$made/protos" || fail "this breaks callers of $version; CHANGELOG.md must say so, in a minor version before 1.0 only"
fi

# C++ sources hold every option: made with and without managed mode they are the same.
generate() {
  "$buf" generate protos --exclude-path protos/kyc/config --template "{\"version\": \"v1\", $1
    \"plugins\": [{\"plugin\": \"cpp\", \"out\": \"$made/$2\"}]}"
}
generate '' as_they_are
generate '"managed": {"enabled": true, "java_multiple_files": true, "java_package_prefix": "com",
  "go_package_prefix": {"default": "kyc-gateway/clients/go"}},' managed
diff -r "$made/as_they_are" "$made/managed" >"$made/differences" ||
  fail "options that managed mode would set otherwise: $(grep -o '^diff.*managed/.*' "$made/differences" | sed 's/.*managed.//')"
echo "buf: the contracts are in order, $([ -n "$version" ] && echo "as compatible as $version" || echo 'no version before to compare with')"
