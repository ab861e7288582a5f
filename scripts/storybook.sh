#!/usr/bin/env bash
# Serves every page in every state and runs a command with STORYBOOK, its address, and STORIES, five pages of it.
set -euo pipefail
cd "$(dirname "$0")/.."
go build -o e2e/out/authpocket-demo ./cmd/authpocket-demo
[ -d e2e/node_modules ] || (cd e2e && npm ci --no-audit --no-fund >/dev/null)
coproc { exec e2e/out/authpocket-demo -storybook -listen 127.0.0.1:0 2>/dev/null; }
trap 'kill "$COPROC_PID"' EXIT
while read -r -u "${COPROC[0]}" line; do
  STORYBOOK="$(grep -o 'http://[^ ]*' <<<"$line")" && break
done
export STORYBOOK="${STORYBOOK%/}" STORIES="start settings-fresh review-create verify-good done"
"$@"
