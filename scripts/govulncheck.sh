#!/usr/bin/env bash
# Looks for known vulnerabilities in what the program calls. Says aloud when
# the database cannot be reached; fails on anything else: scripts/govulncheck.sh COMMAND...
set -euo pipefail
cd "$(dirname "$0")/.."
if out="$("$@" ./cmd/authpocket 2>&1)"; then
  printf '%s\n' "$out"
elif grep -q 'fetching vulnerabilities' <<<"$out"; then
  echo "VULNERABILITIES NOT LOOKED FOR: govulncheck cannot reach its database."
else
  printf '%s\n' "$out"
  exit 1
fi
