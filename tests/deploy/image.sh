#!/usr/bin/env bash
# The container image, made without a registry and run as a runtime would: as its user, with a root that nobody can write, without a
# capability. Some minutes for the first time; then seconds, where nothing has changed.
# needs: buildah debootstrap unshare setpriv nsenter python3 curl
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/embedded/programs.sh

skip() { echo "not tried: $*" && exit 77; }
[ "$(id -u)" = 0 ] || skip "only root can run a container"
unshare --mount --pid --fork true 2>/dev/null || skip "this machine allows no namespaces"

made=$(mktemp -d "${TMPDIR:-/var/tmp}/image_test.XXXXXX")
image=localhost/kyc-gateway-test:latest container='' runs=''
leave() {
  [ -z "$runs" ] || kill -KILL "$runs" 2>/dev/null || true
  wait
  [ -z "$container" ] || buildah rm "$container" >/dev/null 2>&1 || true
  rm -rf --one-file-system "$made"
}
trap leave EXIT
fail() {
  echo "FAILED: $*" >&2
  cat "$made/log" >&2 2>/dev/null || true
  exit 1
}

tools/image "$image" >"$made/log" 2>&1 || { grep -qE 'debootstrap|Could not resolve|Unable to fetch' "$made/log" &&
  { tail -n 3 "$made/log"; skip "apt has no packages"; } || fail "tools/image"; }
rm "$made/log"
container=$(buildah from "$image")
root=$(buildah mount "$container")

# --- What the image says of itself, and what is in it.
about=$(buildah inspect --type image "$image")
# says NAME: that of its configuration, in words.
says() {
  python3 -c 'import json, sys
said = json.load(sys.stdin)["Docker"]["config"][sys.argv[1]]
print(*([said] if isinstance(said, str) else said.get("Test", said) if isinstance(said, dict) else said))' "$1" <<<"$about"
}
[ "$(says User)" = 65532:65532 ] || fail "its user is $(says User)"
[ "$(says Entrypoint) $(says Cmd)" = 'kyc-gateway --config /etc/kyc-gateway/config.textproto' ] || fail "it begins $(says Entrypoint)"
[ "$(says Volumes)" = /var/lib/kyc-gateway ] || fail "it keeps $(says Volumes)"
health=$(says Healthcheck)
health=${health#CMD }
[ "$health" = 'kyc-gateway --config /etc/kyc-gateway/config.textproto --ask /healthz' ] || fail "its health check is $health"
[ -z "$(find "$root" -xdev \( -name 'g++*' -o -name 'bazel*' -o -name '*.cc' \) -print -quit)" ] ||
  fail "it holds what builds it"

# --- What a gateway needs from outside: its configuration, and secrets that their group may read.
state=$made/etc
mkdir -p "$state/secrets"
(umask 077 && make_secrets)
free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
grpc=$(free_port) webhook=$(free_port) admin=$(free_port)
sed -e "s/:50051/:$grpc/; s/:8081/:$webhook/; s/:9090/:$admin/; s#\"events.db\"#\"/var/lib/kyc-gateway/events.db\"#" \
  tools/embedded/config.textproto >"$state/config.textproto"
chown -R 0:65532 "$state" && chmod 750 "$state" "$state/secrets" && chmod 440 "$state"/secrets/* "$state/config.textproto"

# Its user, as a runtime makes one.
as_nobody='exec setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"'
# run COMMAND...: in namespaces of its own, where the image's root cannot be written and its volume is memory.
run() {
  # shellcheck disable=SC2016 # The inner shell's.
  unshare --mount --propagation private --pid --fork --kill-child sh -c '
    set -e
    root=$1 state=$2 as_nobody=$3
    shift 3
    mount --bind "$root" "$root" && mount -o remount,bind,ro "$root"
    mount -t proc proc "$root/proc"
    mount -t tmpfs -o mode=700,uid=65532,gid=65532 tmpfs "$root/var/lib/kyc-gateway"
    mount --bind "$state" "$root/etc/kyc-gateway" && mount -o remount,bind,ro "$root/etc/kyc-gateway"
    exec chroot "$root" /bin/sh -c "$as_nobody" sh "$@"' sh "$root" "$state" "$as_nobody" "$@"
}

said=$(run kyc-gateway --version)
[ "$said" = "kyc-gateway $(cat VERSION) ($(tools/workspace_status | sed "s/^STABLE_COMMIT //"))" ] || fail "its version is $said"
run kyc --version >/dev/null || fail "there is no kyc in it"
run sh -c '! touch /x 2>/dev/null && ! touch /tmp/x 2>/dev/null && touch /var/lib/kyc-gateway/x' || fail "its root can be written"
run kyc-gateway --config /etc/kyc-gateway/config.textproto --check >"$made/log" 2>&1 || fail "--check"

# shellcheck disable=SC2046 # Words.
run $(says Entrypoint) $(says Cmd) >"$made/log" 2>&1 &
runs=$!
for ((waited = 0; waited < 300; ++waited)); do
  ! grep -q ' serving$' "$made/log" || break
  kill -0 "$runs" 2>/dev/null || fail "it does not start"
  sleep 0.1
done
inside=$runs
while child=$(cat "/proc/$inside/task/$inside/children") && [ -n "$child" ]; do inside=${child%% *}; done
grep -qE '^CapEff:\s+0+$' "/proc/$inside/status" && grep -qE '^Uid:\s+65532\s' "/proc/$inside/status" || fail "who runs it may too much"
# check PATH: the image's health check, or with another page, in the container that runs.
check() {
  # shellcheck disable=SC2086 # Words.
  nsenter --target "$inside" --mount --pid --root --wd sh -c "$as_nobody" sh ${health/healthz/$1}
}
check healthz || fail "its health check"
[ "$(check readyz)" = ok ] || fail "it says $(check readyz)"
token=$(cat "$state/secrets/netzme-callback-token")
[ "$(curl -sS -o /dev/null -w '%{http_code}' -H "x-callback-token: $token" -H 'Content-Type: application/json' -d \
  '{"originalReferenceNo": "order-0001", "custId": "c", "status": "approved"}' \
  "http://127.0.0.1:$webhook/v1.0/snap/account/upgrade/notify")" = 200 ] || fail "it takes no notification"

kill -TERM "$inside"
status=0
wait "$runs" || status=$?
runs=''
[ "$status" = 0 ] || fail "its drain ended with $status"
grep -q ' drained$' "$made/log" || fail "it did not drain"
