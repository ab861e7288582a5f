#!/usr/bin/env bash
# Makes a release: scripts/release.sh DIR [PLATFORM...], where a platform is such as linux/amd64 or linux/arm/7.
# VERSION, COMMIT and SOURCE_DATE_EPOCH are those of the repository, unless they are set. Archives and packages depend
# on these, the source and the tools alone: whoever makes them again, anywhere, gets the same bytes. The SBOM has the
# time of its making; SBOM=no leaves it out, since its tool takes minutes to build. Needs GNU tar, and zip for Windows.
set -euo pipefail
cd "$(dirname "$0")/.."
source="$PWD" out="$1"
shift
[ $# -gt 0 ] || set -- linux/amd64 linux/arm64 linux/arm/7 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

NFPM=github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2
SYFT=github.com/anchore/syft/cmd/syft@v1.57.1

COMMIT="${COMMIT:-$(git rev-parse HEAD)}"
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
if [ -z "${VERSION:-}" ]; then
  [ -z "$(git status --porcelain)" ] || { echo "The work tree differs from the commit: commit, or set VERSION." >&2 && exit 1; }
  VERSION="$(git describe --tags --match 'v[0-9]*' 2>/dev/null ||
    echo "v0.0.0-$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S)-${COMMIT:0:12}")"
fi
export VERSION COMMIT SOURCE_DATE_EPOCH
# Nothing of who makes it: neither settings, time zone and language, nor the state of a repository.
export GOFLAGS=-buildvcs=false GOAMD64=v1 GOARM64=v8.0 GOEXPERIMENT='' TZ=UTC LC_ALL=C
umask 022

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
rm -rf "$out"
mkdir -p "$out" "$work/binaries"
out="$(cd "$out" && pwd)"
echo "authpocket $VERSION, commit $COMMIT"

# What is the same everywhere.
share="$work/share"
mkdir -p "$share/completions" "$share/man" "$share/package"
build() { # OS ARCH ARM DIR: the program in a directory
  make --no-print-directory -s image PROGRAMS=authpocket GOOS="$1" GOARCH="$2" GOARM="$3" ROOT="$4" VERSION="$VERSION" COMMIT="$COMMIT"
}
make --no-print-directory -s man MAN="$share/man"
build "$(go env GOHOSTOS)" "$(go env GOHOSTARCH)" "$(go env GOARM)" "$work/host"
for shell in bash:authpocket.bash zsh:_authpocket fish:authpocket.fish powershell:authpocket.ps1; do
  "$work/host/authpocket" completion "${shell%:*}" >"$share/completions/${shell#*:}"
done
papers=(LICENSE NOTICE README.md CHANGELOG.md SECURITY.md CONTRIBUTING.md)
# The pages, and what they link to.
cp -R "${papers[@]}" docs deploy "$share"
rm -r "$share"/docs/schemas/{packed,schemas.go} "$share/deploy/package"
chmod -R a=rX,u+w "$share"
install -m 644 deploy/*.service deploy/*.timer "$share/package"
install -m 755 deploy/package/*.sh "$share/package"
mkdir "$share/package/man"
for page in "$share"/man/*; do gzip -n -9 <"$page" >"$share/package/man/${page##*/}.gz"; done

# dated DIR sets the times of all that is in a directory.
dated() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

archive() { # OS NAME: the directory work/NAME as an archive
  if [ "$1" = windows ]; then
    (cd "$work" && find "$2" -type f | sort | zip -q -X -9 "$out/$2.zip" -@)
  else
    tar --format=ustar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
      -C "$work" -cf - "$2" | gzip -n -9 >"$out/$2.tar.gz"
  fi
}

packages() { # ARCH DIR: a deb and an rpm of what is in the directory
  local format
  for format in deb rpm; do
    (cd "$2" && PACKAGE_ARCH="$1" go run "$NFPM" package --config "$source/deploy/package/nfpm.yaml" \
      --packager "$format" --target "$out/" >/dev/null)
  done
}

for platform in "$@"; do
  IFS=/ read -r os arch arm <<<"$platform"
  name="authpocket-${VERSION#v}-$os-$arch${arm:+v$arm}" program=authpocket
  [ "$os" != windows ] || program=authpocket.exe
  echo "== $os/$arch${arm:+v$arm}, $SECONDS s"
  build "$os" "$arch" "$arm" "$work/$platform"
  mkdir "$work/$name"
  install -m 755 "$work/$platform/authpocket" "$work/$name/$program"
  cp "$work/$name/$program" "$work/binaries/$name"
  (cd "$share" && cp -R completions man docs deploy "${papers[@]}" "$work/$name")
  dated "$work/$name"
  archive "$os" "$name"
  if [ "$os" = linux ]; then
    cp -R "$share/package" "$work/$name"
    dated "$work/$name"
    packages "$arch$arm" "$work/$name"
  fi
done

if [ "${SBOM:-yes}" = yes ]; then
  echo "== SBOM, $SECONDS s"
  SYFT_CHECK_FOR_APP_UPDATE=false SYFT_GOLANG_SEARCH_LOCAL_MOD_CACHE_LICENSES=true go run "$SYFT" scan -q \
    "dir:$work/binaries" --source-name authpocket --source-version "$VERSION" \
    -o "spdx-json=$out/authpocket-${VERSION#v}.spdx.json"
fi
(cd "$out" && sha256sum -- * >"$work/SHA256SUMS" && mv "$work/SHA256SUMS" .)
(cd "$out" && stat -c '%s %n' -- *) | awk '{ printf "%8.1f kB  %s\n", $1 / 1000, $2 }'
