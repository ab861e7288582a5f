#!/usr/bin/env bash
# Runs Go and browser tests in parallel: scripts/test.sh [PACKAGE...]
# Runs a selection by a printed seed, or everything with AUTHPOCKET_ALL=1.
# GOTESTFLAGS are passed to go test.
set -euo pipefail
cd "$(dirname "$0")/.."
export AUTHPOCKET_SEED="${AUTHPOCKET_SEED:-$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')}"
# The tests wait more than they compute, and the heap is small.
export GOGC="${GOGC:-300}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export AUTHPOCKET_REPORT="$work/report"

if [ $# -eq 0 ]; then
  set -- ./test/faults ./test/signins ./web ./internal/pocketbase ./... # slowest first
  ./e2e/run.sh >"$work/browser" 2>&1 &
  browser=$!
fi
failed=0
# shellcheck disable=SC2086 # flags are several words
go test -p 4 -parallel 8 -timeout "${TIMEOUT:-40m}" ${GOTESTFLAGS:-} "$@" | grep -v '\[no test files\]' || failed=1
if [ -n "${browser:-}" ]; then
  wait "$browser" || failed=1
  cat "$work/browser"
fi
echo "== played, AUTHPOCKET_SEED=$AUTHPOCKET_SEED"
sort "$work/report" 2>/dev/null || true
exit "$failed"
