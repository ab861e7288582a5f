#!/usr/bin/env bash
# Builds the demo, saying how far it is, and starts it: scripts/demo.sh [ARGUMENT...]
set -euo pipefail
cd "$(dirname "$0")/.."
program=bin/authpocket-demo

# progress reads what go build -v prints, the name of each package when it is compiled, and counts them. Whatever else
# is in it, such as an error, it prints. At a terminal it keeps to one line, elsewhere it prints one every ten seconds.
progress() { # TOTAL
  local line code n=0 said=$SECONDS
  while true; do
    code=0
    IFS= read -r -t 2 line || code=$?
    case "$code:$line" in
      0:*' '*)
        [ ! -t 1 ] || printf '\r\e[K'
        printf '%s\n' "$line"
        ;;
      0:*) n=$((n + 1)) ;;
      *) [ "$code" -gt 128 ] || break ;; # more is a time-out
    esac
    if [ -t 1 ]; then
      printf '\r%4d of %s packages, %d s' "$n" "$1" "$SECONDS"
    elif [ $((SECONDS - said)) -ge 10 ]; then
      printf '%4d of %s packages, %d s\n' "$n" "$1" "$SECONDS"
      said=$SECONDS
    fi
  done
  [ ! -t 1 ] || printf '\r\e[K'
}

total=changed
if [ ! -e "$program" ]; then
  echo "Builds the wizard with its sandbox, a real PocketBase and a simulated authentik, and starts it."
  echo "The first build takes 2 to 4 minutes on two cores, and 1 GB of disk. Afterwards it starts in a second."
  packages="$(go list -deps ./cmd/authpocket-demo)" # fetches the modules, and says so
  total="$(wc -l <<<"$packages")"
fi
go build -v -o "$program" ./cmd/authpocket-demo 2>&1 | progress "$total"
exec "$program" "$@"
