#!/usr/bin/env bash
# Prints what the largest modules, and parts of the standard library, add to
# bin/authpocket in kB of code and data: make sizes. Their share of the tables
# that all functions have, about as much again, is not counted.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
CGO_ENABLED=0 go build "$@" -ldflags=-buildid= -o "$dir/authpocket" ./cmd/authpocket
go tool nm -size "$dir/authpocket" | awk '
	$3 ~ /^[TtRrDd]$/ && $4 !~ /^(go:|type:|crypto\/internal\/fips140\/drbg\.memory)/ {
		name = $4
		sub(/[\[(].*/, "", name) # type arguments and receivers may name other packages
		n = split(name, part, "/")
		group = part[1]
		if (group ~ /^(github\.com|golang\.org|go\.yaml\.in)$/ && n > 2) group = group "/" part[2] "/" part[3]
		if (group == "authpocket") group = group "/" part[2]
		if (group == "vendor") group = "net"
		sub(/\.[^\/]*$/, "", group)
		size[group] += $2
	}
	END { for (group in size) if (size[group] >= 20000) printf "%6d  %s\n", size[group] / 1000, group }' | sort -rn
