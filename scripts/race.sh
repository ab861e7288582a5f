#!/usr/bin/env bash
# Runs the tests with the race detector, for about as many seconds as given:
# scripts/race.sh [SECONDS]. The order of the packages follows AUTHPOCKET_SEED,
# and the end says how many there was time for.
set -euo pipefail
cd "$(dirname "$0")/.."
limit="${1:-}"
export AUTHPOCKET_SEED="${AUTHPOCKET_SEED:-$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')}"
export GOGC="${GOGC:-500}" GOMEMLIMIT="${GOMEMLIMIT:-1500MiB}"

# SQLite in Go and the hashing of passwords are left out: watching them takes most of the time, and they are not ours.
# The version matrix runs other programs, which cannot be watched; of the fault matrix what runs side by side is played.
flags=(-race '-gcflags=modernc.org/...=-race=false' '-gcflags=golang.org/x/crypto/...=-race=false' -p 2 -parallel 4 -timeout 40m
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
