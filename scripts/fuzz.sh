#!/usr/bin/env bash
# Runs every fuzz target, two at a time: scripts/fuzz.sh 30s [5s]
# The second duration is for targets that parse no outside input.
set -euo pipefail
cd "$(dirname "$0")/.."
long="${1:-30s}" short="${2:-${1:-30s}}"
outside='/(authentik|pocketbase):FuzzAnswer$|:Fuzz(Discovery|Elements|LogLine|Receipt|Parse|Form|Settings)$'

one() { # PACKAGE:TARGET
  local package="${1%:*}" target="${1#*:}" time="$short" out
  [[ "$1" =~ $outside ]] && time="$long"
  # Minimising interesting inputs would use up the time.
  if ! out="$(go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 100x -parallel 1 "./$package" 2>&1)" &&
    # Go's fuzzer sometimes reports its own deadline as a failure; a real
    # failure names the input file.
    ! { grep -q '^    context deadline exceeded$' <<<"$out" && ! grep -q 'Failing input' <<<"$out"; }; then
    printf '== %s in %s\n%s\n' "$target" "$package" "$out"
    return 1
  fi
  printf '== %s in %s, %s: %s\n' "$target" "$package" "$time" "$(grep -o 'execs: [0-9]*' <<<"$out" | tail -n 1)"
}
export -f one
export long short outside

mapfile -t targets < <(grep -rEo '^func Fuzz[A-Za-z]+' --include='*_test.go' internal sandbox web cmd | sed -E 's#/[^/]*:func #:#' | sort)
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'one {}'
echo "${#targets[@]} fuzz targets, no failure"
