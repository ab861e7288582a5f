#!/usr/bin/env bash
# Measures what somebody waits for who has nothing but a clone, Go and make: scripts/fresh.sh [--test]
# Prints the seconds from make demo to its first page, once with empty caches and once more; with --test also those of
# make test, with caches that are empty again.
set -euo pipefail
cd "$(dirname "$0")/.."
work="$(mktemp -d)" demo=""
clean() {
  [ -z "$demo" ] || pkill -TERM -P "$demo" || true
  chmod -R u+w "$work" && rm -rf "$work" # Go's modules are read-only
}
trap clean EXIT
export HOME="$work/home" GOMODCACHE="$work/modules" GOCACHE="$work/cache"
git clone --quiet . "$work/clone"
mkdir "$HOME"
cd "$work/clone"

# busy prints the seconds of processor time that the commands that have ended took.
busy() { awk '{ sub(/.*\) /, ""); print int(($14 + $15) / 100) }' "/proc/$$/stat"; }

# page starts the demo and prints the seconds until its first page is there, then ends it.
page() {
  local began address busy
  began="$(date +%s.%N)" busy="$(busy)"
  : >"$work/out"
  make demo ARGS='-listen 127.0.0.1:0' >"$work/out" 2>&1 &
  demo=$!
  until address="$(grep -om 1 'http://127\.0\.0\.1:[0-9]*/[^ ]*' "$work/out")" &&
    curl --silent --output "$work/page" "$address"; do # it asks for the code, with the status 403
    kill -0 "$demo" 2>/dev/null || { cat "$work/out" >&2 && exit 1; }
    sleep 0.1
  done
  awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f s to the first page, ", b - a }'
  pkill -TERM -P "$demo" || true # make waits for it
  wait "$demo" || true
  demo=""
  echo "$(wc -c <"$work/page") bytes; $(($(busy) - busy)) s of processor time"
}
echo "== make demo with empty caches, $(nproc) cores, load $(cut -d ' ' -f 1 /proc/loadavg)"
page
tr '\r' '\n' <"$work/out" | grep -c . | sed 's/$/ lines said meanwhile/'
du -sh "$GOMODCACHE" "$GOCACHE" | awk '{ sub(/.*\//, "", $2); print $1, $2 }'
echo "== make demo again"
page
if [ "${1:-}" = --test ]; then
  chmod -R u+w "$GOMODCACHE" && rm -rf "$GOMODCACHE" "$GOCACHE"
  echo "== make test with empty caches, load $(cut -d ' ' -f 1 /proc/loadavg)"
  began=$SECONDS
  make test >"$work/test" 2>&1 || { grep -E -A 20 '^ *--- FAIL|^FAIL|^panic|✖' "$work/test"; exit 1; }
  echo "$((SECONDS - began)) s"
fi
