#!/usr/bin/env bash
# Prints the NOTICE of the program: what is in it that others wrote, with their licences.
set -euo pipefail
shopt -s nullglob
cd "$(dirname "$0")/.."
export LC_ALL=C
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# add NAME FILE...: remembers whose licence the text of these files is
add() {
  local name="$1" key
  shift
  cat "$@" | tr -d '\r' >"$work/text"
  key="$(sha256sum <"$work/text" | cut -c 1-16)"
  mv "$work/text" "$work/$key.text"
  echo "$name" >>"$work/$key.names"
}

htmx="$(grep -o 'version="[0-9.]*"' static/js/htmx.min.js | head -n 1 | tr -dc 0-9.)"
add "htmx $htmx, https://htmx.org" static/js/htmx-LICENSE.txt
goroot="$(go env GOROOT)"
add "The standard library of Go, https://go.dev" "$goroot/LICENSE"
for os in linux darwin windows; do
  GOOS=$os go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/authpocket
done | sort -u | while read -r path version dir; do
  add "$path $version" "$dir"/LICENSE* "$dir"/NOTICE*
done

cat <<'END'
authpocket
Licensed under the Apache License, Version 2.0: see LICENSE.

The program contains the work of others, under the licences that follow.
END
for names in $(for f in "$work"/*.names; do echo "$(head -n 1 "$f")|$f"; done | sort | cut -d '|' -f 2); do
  printf '\n%s\n\n' ------------------------------------------------------------------------
  cat "$names"
  echo
  cat "${names%.names}.text"
done
