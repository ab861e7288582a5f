#!/usr/bin/env bash
# Runs the tests with the race detector: scripts/race.sh [SECONDS]
# Stops after about that many seconds and prints how many packages ran.
# AUTHPOCKET_SEED sets the order of the packages.
set -euo pipefail
cd "$(dirname "$0")/.."
limit="${1:-}"
export AUTHPOCKET_SEED="${AUTHPOCKET_SEED:-$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')}"
export GOGC="${GOGC:-300}"

# SQLite in Go is left out: watching it takes most of the time, and it is not ours. The version matrix runs other
# programs, which cannot be watched; of the fault matrix what runs side by side is played.
flags=(-race '-gcflags=modernc.org/...=-race=false' -p 4 -parallel 8 -timeout 40m
  -skip '^(TestMatrix|TestEveryCallTimesEveryFault|TestKilledAtEveryWrite)$')
mapfile -t packages < <(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... | grep . |
  awk -v seed="$AUTHPOCKET_SEED" 'BEGIN { srand(seed % 2147483647) } { print rand() "\t" $0 }' | sort -n | cut -f 2)
done=0
while [ "$done" -lt "${#packages[@]}" ]; do
  [ -z "$limit" ] || [ "$SECONDS" -lt "$limit" ] || break
  some=("${packages[@]:done:4}")
  [ -n "$limit" ] || some=("${packages[@]}")
  go test "${flags[@]}" "${some[@]}"
  done=$((done + ${#some[@]}))
done
echo "== race detector: $done of ${#packages[@]} packages, AUTHPOCKET_SEED=$AUTHPOCKET_SEED"
