#!/usr/bin/env bash
# The Debian packages in a bare Debian 12 that systemd runs: installed, started in the sandbox after three values, reloaded,
# upgraded, stopped, removed, installed again. About a minute, and another one when the root is made for the first time.
# needs: debootstrap systemd-nspawn dh help2man lintian
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

skip() { echo "not tried: $*" && exit 77; }
[ "$(id -u)" = 0 ] || skip "only root can boot a container"

# /run must be a file system of its own, which it is not in every container.
in_container() {
  unshare --mount --propagation private sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/systemd && exec "$@"' sh \
    timeout 240 systemd-nspawn --quiet --register=no --keep-unit --private-network --directory="$root" "$@" </dev/null
}

made=$(mktemp -d "${TMPDIR:-/var/tmp}/package_test.XXXXXX")
root=$made/root
trap 'rm -rf --one-file-system "$made"' EXIT

# --- The root: made once, and then unpacked. What packages need comes by apt; the container itself has no network.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kyc-gateway
if [ ! -s "$cache/bare-root.tar" ]; then
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus bookworm "$root" >"$made/debootstrap.log" 2>&1 ||
    { tail -n 3 "$made/debootstrap.log" && skip "debootstrap could not make a root"; }
  mkdir -p "$cache"
  tar -C "$root" -cf "$cache/bare-root.tar.$$" . && mv "$cache/bare-root.tar.$$" "$cache/bare-root.tar"
else
  mkdir "$root" && tar -C "$root" -xf "$cache/bare-root.tar"
fi
in_container /bin/true 2>"$made/nspawn.log" || { tail -n 3 "$made/nspawn.log" && skip "this machine runs no containers"; }

# --- The packages, and the gateway's of a later version.
tools/package "$made/packages" >"$made/package.log" 2>&1 || { tail -n 30 "$made/package.log" && exit 1; }
mkdir "$root/packages"
cp "$made"/packages/kyc-gateway_*.deb "$root/packages/kyc-gateway.deb"
cp "$made"/packages/kyc-gateway-simulator_*.deb "$root/packages/simulator.deb"
dpkg-deb -R "$root/packages/kyc-gateway.deb" "$made/later"
sed -i 's/^Version: .*/&+later/' "$made/later/DEBIAN/control"
dpkg-deb --root-owner-group -b "$made/later" "$root/packages/later.deb" >/dev/null

cp -L /etc/resolv.conf "$root/etc/resolv.conf"
chroot "$root" sh -c 'apt-get -qq update && cd /packages && apt-get -qq -y --no-install-recommends --download-only install ./*r.deb' \
  >"$made/apt.log" 2>&1 || { tail -n 10 "$made/apt.log" && skip "apt has no packages"; }

# --- The test itself, as a service of the container.
cp tests/package/in_container.sh "$root/packages/"
cat >"$root/etc/systemd/system/package-test.service" <<'END'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c '/packages/in_container.sh >/packages/result 2>&1; echo $? >/packages/status; systemctl --no-block poweroff'
END
mkdir -p "$root/etc/systemd/system/default.target.wants"
ln -s ../package-test.service "$root/etc/systemd/system/default.target.wants/"
in_container --boot --console=pipe >"$made/boot.log" 2>&1 || true
[ -e "$root/packages/result" ] || { tail -n 20 "$made/boot.log" && skip "systemd does not boot in a container here"; }
status=$(cat "$root/packages/status" 2>/dev/null || echo 'none: it did not end in time')
[ "$status" = 0 ] && exit 0
cat "$root/packages/result"
chroot "$root" journalctl --no-pager -q -D /var/log/journal -u kyc-gateway 2>/dev/null | tail -n 40 || true
echo "FAILED: status $status"
exit 1
