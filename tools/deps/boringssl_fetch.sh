#!/usr/bin/env bash
# boringssl_fetch.sh PACKAGE VERSION TARBALL SHA256: unpacks a Debian source package's tarball into the current folder.
# It asks the machine's own Debian mirror, by a private copy of its source list with deb turned into deb-src: the machine's
# settings are only read, and neither root nor deb-src lines are needed.
set -euo pipefail
package=$1 version=$2 tarball=$3 sha256=$4

mkdir -p apt/parts apt/lists/partial apt/cache/archives/partial
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ ! -r "$list" ] || sed -n 's/^deb\([[:space:]]\)/deb-src\1/p' "$list" >"apt/parts/$(basename "$list" .list).list"
done
for list in /etc/apt/sources.list.d/*.sources; do
  [ ! -r "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"apt/parts/$(basename "$list")"
done

apt=(apt-get -qq
  -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$PWD/apt/parts"
  -o Dir::State::lists="$PWD/apt/lists" -o Dir::Cache="$PWD/apt/cache"
  -o APT::Sandbox::User= -o Acquire::Retries=2)

give_up() {
  printf '%s\n\nWhat apt said:\n' "$1" >&2
  tail -n 12 apt/log >&2
  exit 1
}

# A third party's list without sources makes `update` fail: only what comes of it counts.
"${apt[@]}" update >apt/log 2>&1 || true
if ! compgen -G 'apt/lists/*_Sources*' >/dev/null; then
  give_up "apt reached no source index of this machine's Debian mirror. Is there a network, and does /etc/apt/sources.list(.d) name Debian 12?"
fi
if ! "${apt[@]}" source --download-only "$package=$version" >>apt/log 2>&1; then
  give_up "this machine's apt sources offer no source package $package $version. Debian 12 (bookworm, main) has it."
fi
if ! printf '%s  %s\n' "$sha256" "$tarball" | sha256sum --check --status; then
  sha256sum "$tarball" >>apt/log 2>&1 || true
  give_up "$tarball is not the one we know (want sha256 $sha256): nothing of it is used."
fi

# The libcrypto part only: the rest is tests, tools and corpora, ten times its size.
if ! tar --strip-components=1 --wildcards -xJf "$tarball" \
  '*/BUILD.generated.bzl' '*/LICENSE' '*/err_data.c' '*/linux-*/crypto' \
  '*/src/crypto' '*/src/include' '*/src/third_party/fiat' >>apt/log 2>&1; then
  give_up "$tarball does not unpack: are xz-utils installed, and is there room on the disk?"
fi
rm -rf apt "$package"_*
