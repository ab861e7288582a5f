# Everything here needs Go 1.26 and make only; the browser tests also need
# Node and Chromium, and say so when they are not there.
SHELL := /bin/bash
GOFLAGS_BUILD := -trimpath -ldflags='-s -w -buildid='

.PHONY: generate check-generated test race race-all browser lint security fuzz faults run demo build bench

generate:                 ## make the *_templ.go files and the keys in docs/link-file.md again
	go tool templ fmt web
	go tool templ generate -path web
	go run ./internal/keydocs

check-generated:          ## fail when generated files are stale
	go tool templ fmt -fail web
	go tool templ generate -path web
	go run ./internal/keydocs
	git diff --exit-code -- web docs/link-file.md

test:                     ## all tests; says aloud which it could not run
	go test -timeout 40m $$(go list ./... | grep -v '/internal/faults$$')
	@set -o pipefail; go test -timeout 40m -count=1 -v ./internal/faults | grep -v '^==='
	@go test -timeout 40m -v -run TestMatrix ./internal/pocketbase | grep 'NOT TESTED' || true
	@$(MAKE) --no-print-directory browser

# PocketBase 0.39 reads its settings without a lock while it writes its log, so that packages which run it beside
# changes of its settings meet a race of its own: they are left to race-all.
race:                     ## the Go tests of what runs side by side, with the race detector
	go test -race -timeout 40m $$(go list ./... | grep -Ev '/cmd/|/internal/(bench|engine|export|faults|journal/model|pocketbase|proof)$$|/web$$|/sandbox(/pocketbasehost)?$$')
	go test -race -timeout 40m -run TestRandomTriples ./internal/faults

race-all:                 ## the same of everything that runs a PocketBase
	go test -race -timeout 40m -skip TestMatrix ./internal/engine ./internal/pocketbase ./internal/proof ./internal/sandbox/... ./web

browser:                  ## browser tests, where Chromium and Node are found
	@./e2e/run.sh

lint:
	go vet ./...
	go tool staticcheck ./...

# Not asked for: G115, authentik's client takes its keys as int32 where JSON has numbers; G304, the files that are
# opened are named by the admin; G404, a wait's jitter is no secret. The sandbox repeats authentik's own weak spots.
GOSEC := go run github.com/securego/gosec/v2/cmd/gosec@v2.30.0
GOVULNCHECK := go run golang.org/x/vuln/cmd/govulncheck@v1.9.0
security:                 ## gosec, and govulncheck where its database can be reached
	$(GOSEC) -quiet -tests=false -exclude-generated -exclude-dir=internal/sandbox -exclude=G115,G304,G404 ./...
	@./scripts/govulncheck.sh $(GOVULNCHECK)

FUZZTIME ?= 30s
FUZZREST ?= $(FUZZTIME)
fuzz:                     ## every fuzz target for FUZZTIME; for FUZZREST those that read nothing from outside
	@./scripts/fuzz.sh $(FUZZTIME) $(FUZZREST)

faults:                   ## the whole fault matrix; go test runs a seeded part of it
	AUTHPOCKET_FAULTS=all go test -count=1 -timeout 120m -v ./internal/faults

run:                      ## start the wizard
	go run ./cmd/authpocket

demo:                     ## start the wizard in front of a sandbox
	go run ./cmd/authpocket-demo

build:
	CGO_ENABLED=0 go build $(GOFLAGS_BUILD) -o bin/authpocket ./cmd/authpocket
	CGO_ENABLED=0 go build $(GOFLAGS_BUILD) -o bin/authpocket-demo ./cmd/authpocket-demo
	@ls -l bin

bench:                    ## print measured figures beside their targets
	go test -run '^$$' -bench . -benchtime 3x -v ./internal/bench ./internal/journal
