#!/usr/bin/env bash
# Runs the tests with the race detector: scripts/race.sh [SECONDS]
# Stops after about that many seconds and prints how many packages ran.
# AUTHPOCKET_SEED sets the order of the packages.
set -euo pipefail
cd "$(dirname "$0")/.."
limit="${1:-}"
export AUTHPOCKET_SEED="${AUTHPOCKET_SEED:-$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')}"
export GOGC="${GOGC:-500}" GOMEMLIMIT="${GOMEMLIMIT:-1500MiB}"

# Not instrumented are PocketBase, whose own races nothing here can mend (requireSameCollectionContextAuth shares a variable
# between requests), and what would take most of the time: SQLite and password hashing. Skipped are the version matrix,
# which runs other programs, the sequential part of the fault matrix, tests that depend on time limits, and one that
# compiles and is not about what runs.
flags=(-race '-gcflags=modernc.org/...=-race=false' '-gcflags=golang.org/x/crypto/...=-race=false'
  '-gcflags=github.com/pocketbase/...=-race=false' -p 2 -parallel 4 -timeout 40m
  -skip '^(TestStrangersWhoHoldConnectionsLockNobodyOut|TestSilentStreamsAreEvictedLast|TestAStreamOutlastsTheServersLimit|TestMatrix|TestWorldsOnEveryVersion|TestEveryCallTimesEveryFault|TestKilledAtEveryWrite|TestItIsVettedForOtherSystems)$')
output="$(mktemp)"
trap 'rm -f "$output"' EXIT
# tops prints the tops of the first race's stacks, since the output may be long.
tops() {
  awk '/^WARNING: DATA RACE/ { on = 1 } on && /^==/ { exit } on && /^[A-Z]/ { n = 0 } on && NF && n++ < 7' "$1"
}
# theirs reports whether nothing failed but races whose accesses are both made by PocketBase itself. Operations on
# channels are seen although its code is not instrumented, and its clients close one while they send on it.
theirs() {
  grep -q '^WARNING: DATA RACE' "$1" && ! grep -Eq '^panic:|^fatal error:|build failed|test timed out' "$1" &&
    ! grep -E '^ +[^ /]+\.go:[0-9]+: ' "$1" | grep -qv ': race detected during execution of test$' &&
    awk '/^(Previous )?([Ww]rite|[Rr]ead) at / { access = 1; next }
      access && /^  [^ ]/ && !/^  runtime\./ { access = 0; if ($1 !~ /^github\.com\/pocketbase\//) ours = 1 }
      END { exit ours }' "$1"
}
mapfile -t packages < <(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... | grep . |
  awk -v seed="$AUTHPOCKET_SEED" 'BEGIN { srand(seed % 2147483647) } { print rand() "\t" $0 }' | sort -n | cut -f 2)
done=0
while [ "$done" -lt "${#packages[@]}" ]; do
  [ -z "$limit" ] || [ "$SECONDS" -lt "$limit" ] || break
  some=("${packages[@]:done:4}")
  [ -n "$limit" ] || some=("${packages[@]}")
  if ! go test "${flags[@]}" "${some[@]}" 2>&1 | tee "$output" &&
    ! { theirs "$output" && echo "== nothing failed, but PocketBase raced with itself"; }; then
    tops "$output"
    echo "== race detector: failed, AUTHPOCKET_SEED=$AUTHPOCKET_SEED"
    exit 1
  fi
  done=$((done + ${#some[@]}))
done
echo "== race detector: $done of ${#packages[@]} packages, AUTHPOCKET_SEED=$AUTHPOCKET_SEED"
