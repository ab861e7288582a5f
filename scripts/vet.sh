#!/usr/bin/env bash
# Compiles the program for other systems, and vets with their tests the packages that have files for some systems only:
# scripts/vet.sh windows/amd64... The rest is vetted for this one: make lint.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
mapfile -t packages < <(go list -deps -f '{{if and .Module .Module.Main .IgnoredGoFiles}}{{.ImportPath}}{{end}}' ./cmd/authpocket)
for system in "$@"; do
  GOOS="${system%/*}" GOARCH="${system#*/}" go build -o /dev/null ./cmd/authpocket
  GOOS="${system%/*}" GOARCH="${system#*/}" go vet "${packages[@]}"
  echo "== $system, $SECONDS s: compiled, and vetted ${packages[*]#authpocket/}"
done
