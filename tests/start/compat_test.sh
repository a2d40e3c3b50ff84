#!/usr/bin/env bash
# The configurations of each version so far, as they were then, are taken by this gateway. compat/VERSION is frozen with the version:
# nothing in it is ever changed, and whole.textproto there has every field that the version knew.
set -euo pipefail
cd "$TEST_SRCDIR/$TEST_WORKSPACE"
gateway=$PWD/server/kyc-gateway
failures=0
fail() { echo "FAILED: $*" >&2 && failures=$((failures + 1)); }
[ -e "tests/start/compat/$(cat VERSION)/whole.textproto" ] || fail "the configuration of $(cat VERSION) is not frozen yet"

# --- Whatever they name as a file, below a folder of this test: as long as its name says, else a token.
umask 077
made=$TEST_TMPDIR/made
mkdir "$made"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$made/key" -out "$made/certificate" 2>"$TEST_TMPDIR/openssl" || { cat "$TEST_TMPDIR/openssl" && exit 1; }
# secret_for NAME: its file.
secret_for() {
  local file=$made/$1
  [ ! -e "$file" ] || return 0
  case $1 in
    tls.crt | *.pem) cp "$made/certificate" "$file" ;;
    tls.key) cp "$made/key" "$file" ;;
    bytes16* | finpay-field-*) head -c 12 /dev/urandom | base64 >"$file" ;;
    *) head -c 32 /dev/urandom | base64 >"$file" ;;
  esac
}

for file in tests/start/compat/*/*.textproto; do
  config=$made/${file//\//_}
  sed -E "s#(_files?: )\"[^\"]*/([^/\"]+)\"#\1\"$made/\2\"#g; s#sslrootcert=[^ \"]*/#sslrootcert=$made/#" \
    "$file" >"$config"
  while read -r name; do secret_for "$name"; done < <(grep -ohE "$made/[^/\" ]+" "$config" | sed 's#.*/##' | sort -u)
  "$gateway" --config "$config" --check >"$TEST_TMPDIR/said" 2>&1 || { cat "$TEST_TMPDIR/said" >&2 && fail "$file is not taken any more"; }
done
exit "$failures"
