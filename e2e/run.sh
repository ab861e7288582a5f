#!/usr/bin/env bash
# Runs the browser tests, or one file of them, where Node and Chromium are found; says so where not.
set -euo pipefail
cd "$(dirname "$0")"

missing=""
command -v node >/dev/null || missing="Node"
# The headless shell is Chromium without its windows and takes half the time. A full run opens the whole Chromium.
if [ -z "${CHROMIUM:-}" ]; then
  CHROMIUM="$(command -v chromium-headless-shell || true)"
  [ -n "$CHROMIUM" ] && [ "${AUTHPOCKET_ALL:-}" != 1 ] || CHROMIUM="$(command -v chromium || true)"
fi
export CHROMIUM
[ -n "$CHROMIUM" ] && command -v "$CHROMIUM" >/dev/null || missing="${missing:+$missing and }Chromium"
if [ -z "$missing" ] && [ ! -d node_modules/playwright-core ]; then
  npm ci --no-audit --no-fund >/dev/null || missing="the packages of e2e/package-lock.json"
fi
if [ -n "$missing" ]; then
  echo "BROWSER TESTS SKIPPED: $missing not found."
  [ -z "${AUTHPOCKET_REQUIRE_BROWSER:-}" ] || exit 1
  exit 0
fi
mkdir -p out
if [ -n "${AUTHPOCKET_PROGRAMS:-}" ]; then
  cp "$AUTHPOCKET_PROGRAMS"/* out
else
  go build -ldflags="-s -w" -o out/ ../cmd/authpocket-demo ../cmd/authpocket
fi
echo "== browser tests in $CHROMIUM"
node --test --test-reporter=spec "tests/${1:-all.mjs}"
