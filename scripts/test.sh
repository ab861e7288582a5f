#!/usr/bin/env bash
# Runs the tests, packages and browser side by side, and says what was played:
# scripts/test.sh [PACKAGE...]. A plain run plays a selection by a printed
# seed, AUTHPOCKET_ALL=1 everything. GOTESTFLAGS are given to go test.
set -euo pipefail
cd "$(dirname "$0")/.."
export AUTHPOCKET_SEED="${AUTHPOCKET_SEED:-$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')}"
# A tenth of the time would go into collecting what is a small heap.
export GOGC="${GOGC:-500}" GOMEMLIMIT="${GOMEMLIMIT:-1500MiB}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export AUTHPOCKET_REPORT="$work/report"

if [ $# -eq 0 ]; then
  set -- ./test/faults ./test/signins ./web ./internal/pocketbase ./... # those that take longest first
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
