#!/usr/bin/env bash
# The Kubernetes manifests: read as the API server would, by its own types, and checked against each other; their configurations are
# taken by the gateway itself, and it has the pages that they probe.
# needs: go openssl
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/embedded/programs.sh
gateway=$PWD/bazel-bin/server/kyc-gateway
made=$(mktemp -d)
trap '[ -z "${runs:-}" ] || kill -KILL "$runs" 2>/dev/null || true; rm -rf "$made"' EXIT
fail() { echo "FAILED: $*" >&2 && exit 1; }
state=$made/secrets-of-all
mkdir -p "$state"/secrets

(cd tests/deploy/kubernetes && go vet . && go build -o "$made/read" .) || fail "it does not build"
"$made/read" tools/deploy/kubernetes "$made"
grep -q "image: kyc-gateway:$(cat VERSION)\$" tools/deploy/kubernetes/{gateway,sidecar}.yaml || fail "they are of another version"

# A field that there is not is one of those faults, as is a secret that everybody may read.
mkdir "$made/broken" "$made/nowhere"
for fault in 's/readOnlyRootFilesystem/readonlyRootFilesystem/' 's/defaultMode: 0440/defaultMode: 0444/' 's/port: admin,/port: metrics,/'; do
  cp tools/deploy/kubernetes/*.yaml "$made/broken/"
  sed -i "$fault" "$made/broken/gateway.yaml"
  ! cmp -s tools/deploy/kubernetes/gateway.yaml "$made/broken/gateway.yaml" || fail "nothing is broken by $fault"
  ! "$made/read" "$made/broken" "$made/nowhere" >"$made/said" || fail "this is not seen: $fault"
done

# --- The secrets of both, where the configurations say, but below this folder.
(
  umask 077
  make_secrets
  for name in postgres-password postgres-keeper-password caller-billing operators-token; do make_secret "$name" "$(random_text 24)"; done
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$state/tls.key" -out "$state/tls.crt" 2>"$made/openssl" || { cat "$made/openssl" && exit 1; }
  cp "$state/tls.crt" "$state/secrets/postgres-ca.pem"
)
for role in kyc-gateway kyc-sidecar; do
  mkdir -p "$made/run/secrets"
  ln -s "$state/secrets" "$made/run/secrets/$role" && ln -s "$state" "$made/run/secrets/$role-tls"
  sed -i "s#/run/secrets/#$made/run/secrets/#" "$made/$role/config.textproto"
  "$gateway" --config "$made/$role/config.textproto" --check >"$made/said" 2>&1 ||
    { cat "$made/said" && fail "the gateway does not take the configuration of $role"; }
done

# --- The pages that are probed: of this gateway, as it listens nowhere but in a file.
awk -v folder="$made" '/^[a-z_]+ \{/ { block = $1 } /^  listen: / { $0 = "  listen: \"unix:" folder "/" block "\"" } 1' \
  tools/embedded/config.textproto >"$state/config.textproto"
: >"$made/log"
"$gateway" --config "$state/config.textproto" 2>"$made/log" &
runs=$!
for ((waited = 0; waited < 300; ++waited)); do
  ! grep -q ' serving$' "$made/log" || break
  kill -0 "$runs" 2>/dev/null || break
  sleep 0.1
done
while read -r path; do
  "$gateway" --config "$state/config.textproto" --ask "$path" >"$made/said" || { cat "$made/log" "$made/said" && fail "it has no page $path"; }
done <"$made/probes"
kill -TERM "$runs" && wait "$runs" || fail "it did not drain"
runs=
