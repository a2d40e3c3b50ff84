#!/usr/bin/env bash
# Runs a binary that holds BoringSSL, OpenSSL 3, gRPC and curl, and looks at its symbols.
set -euo pipefail
binary=$1

fail() {
  echo "FAIL: $1" >&2
  exit 1
}

said=$("$binary")
echo "$said"
grep -qx 'boringssl 1jdzWuniG6UMtoa3T6uNLA==' <<<"$said" || fail "BoringSSL's AES is wrong"
grep -qx 'openssl 1jdzWuniG6UMtoa3T6uNLA==' <<<"$said" || fail "OpenSSL's AES is wrong"
grep -q '^version OpenSSL 3\.' <<<"$said" || fail "OpenSSL 3 does not answer for itself"
grep -q "^curl .*OpenSSL" <<<"$said" || fail "curl is not the OpenSSL flavour"

# The names that FILE defines, without the versions that OpenSSL puts on its own.
defined() { nm --defined-only "$@" | awk 'NF == 3 { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u; }

grep -qx bssl_EVP_aes_128_cbc <<<"$(defined "$binary")" || fail "BoringSSL is not in it under its prefix: what was tested?"
seen=$(defined -g "$binary"; defined -D "$binary")
# The one name of OpenSSL's that is ours, and passes everything on: server/frames/counted_reads.h.
grep -qx SSL_read <<<"$(defined -D "$binary")" || fail "libgrpc would not find the program's own SSL_read"
seen=$(grep -vx SSL_read <<<"$seen")
! grep '^bssl_' <<<"$seen" || fail "BoringSSL is visible from outside"
! grep -E '^(BIO|CRYPTO|ERR|EVP|OPENSSL|SSL|X509)_' <<<"$seen" || fail "these could answer calls meant for OpenSSL"

# And by OpenSSL's own word on what it exports, whatever the prefix.
mapfile -t openssl < <(ldd "$binary" | awk '$1 ~ /^lib(crypto|ssl)\.so\.3$/ { print $3 }')
[ "${#openssl[@]}" = 2 ] || fail "OpenSSL 3 is not in the process: what was tested?"
for library in "${openssl[@]}"; do
  # _init, _fini and the linker's own marks are in every ELF file.
  both=$(LC_ALL=C comm -12 <(LC_ALL=C sort -u <<<"$seen") <(defined -D "$library") | grep -vE '^_(init|fini|edata|end|_bss_start)$' || true)
  [ -z "$both" ] || fail "defined here and in $library: $both"
done
