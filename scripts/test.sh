#!/usr/bin/env bash
# Runs Go and browser tests in parallel: scripts/test.sh [PACKAGE...]
# Runs a selection by a printed seed, or everything with AUTHPOCKET_ALL=1.
# GOTESTFLAGS are passed to go test.
set -euo pipefail
cd "$(dirname "$0")/.."
export AUTHPOCKET_SEED="${AUTHPOCKET_SEED:-$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')}"
# The heap is small; collecting it at the default rate costs a tenth of the time.
export GOGC="${GOGC:-500}" GOMEMLIMIT="${GOMEMLIMIT:-1500MiB}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export AUTHPOCKET_REPORT="$work/report"

if [ $# -eq 0 ]; then
  # First those that take longest, then those that mostly wait, for servers and their logs.
  set -- ./test/faults ./test/signins ./web ./internal/command ./test/hooks ./internal/engine ./test/fleet ./test/docs \
    ./internal/authentik ./sandbox/public ./internal/pocketbase ./internal/export ./test/predict ./...
  export AUTHPOCKET_PROGRAMS="$work/programs"
  go build -ldflags='-s -w' -o "$AUTHPOCKET_PROGRAMS/" ./cmd/authpocket ./cmd/authpocket-demo
  ./e2e/run.sh >"$work/browser" 2>&1 &
  browser=$!
fi
# Tests that load the server up to its time limits run last, on their own.
alone='^(TestStrangersWhoHoldConnectionsLockNobodyOut|TestSilentStreamsAreEvictedLast)$'
failed=0
gotest() { # lint vets
  # shellcheck disable=SC2086 # flags are several words
  go test -vet=off -p 5 -parallel 8 -timeout "${TIMEOUT:-40m}" ${GOTESTFLAGS:-} "$@" | grep -v '\[no test files\]' || failed=1
}
if [ -z "${browser:-}" ]; then
  gotest "$@"
else
  gotest -skip "$alone" "$@"
fi
if [ -n "${browser:-}" ]; then
  wait "$browser" || failed=1
  cat "$work/browser"
  gotest -run "$alone" ./web ./internal/listen
fi
echo "== seeded selection, AUTHPOCKET_SEED=$AUTHPOCKET_SEED"
sort "$work/report" 2>/dev/null || true
exit "$failed"
