#!/usr/bin/env bash
# Runs every fuzz target for a while: scripts/fuzz.sh 30s
set -euo pipefail
cd "$(dirname "$0")/.."
time="${1:-30s}"
count=0
while IFS=: read -r file target; do
  echo "== $target in $(dirname "$file"), $time"
  # Minimising what is merely interesting would take the whole time.
  go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 100x "./$(dirname "$file")" | tail -n 3
  count=$((count + 1))
done < <(grep -rEo '^func Fuzz[A-Za-z]+' --include='*_test.go' internal web cmd | sed 's/func //' | sort)
echo "$count fuzz targets, no failure"
