# Everything here needs Go 1.26 and make only; the browser tests also need
# Node and Chromium, and say so when they are not there.
SHELL := /bin/bash
# Without inlining, our own code is 1 MB smaller, because a template is not repeated in each page that uses it, and the
# rest is 0.6 MB smaller. The runtime and compression keep it: they are called most. Functions begin anywhere,
# not at multiples of 32 bytes, which saves 0.25 MB. HTTP/2 is spoken nowhere, and takes 0.5 MB. A generic function is
# named after the types that it was made for, field by field: a hash in the place of the long ones saves 0.15 MB.
# VERSION and COMMIT, where they are given, are what authpocket version prints.
STAMP := $(if $(VERSION), -X authpocket/internal/command.stampedVersion=$(VERSION) -X authpocket/internal/command.stampedCommit=$(COMMIT))
GCFLAGS_BUILD := -d=maxshapelen=64
GOFLAGS_BUILD := -trimpath -tags=nethttpomithttp2 -ldflags='-s -w -buildid= -funcalign=1$(STAMP)' \
	-gcflags='all=-l $(GCFLAGS_BUILD)' -gcflags='runtime/...=$(GCFLAGS_BUILD)' \
	-gcflags='internal/runtime/...=$(GCFLAGS_BUILD)' -gcflags='compress/...=$(GCFLAGS_BUILD)'

.PHONY: help image man generate texts check-generated test check race browser lint security fuzz faults worlds fleet beszel run demo stories lighthouse tree pictures build sizes bench bench-public bin/authpocket bin/authpocket-demo

help:                     ## this list
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "%-17s %s\n", $$1, $$2 }' Makefile

generate:                 ## make the *_templ.go files, static/packed, generated pages of docs and the schemas again
	go tool templ fmt web sandbox/stories
	go tool templ generate -path web
	go tool templ generate -path sandbox/stories
	go run ./internal/keydocs
	go run ./internal/clidocs
	go run ./internal/pack
	./scripts/notice.sh >NOTICE

texts:                    ## add to the catalogues of languages what they lack, and remove what nobody says
	go tool templ generate -path web
	go run ./internal/pack
	go test ./internal/say -run TestEveryText -update
	go run ./internal/pack
	go test ./internal/say

check-generated:          ## fail when generated files are stale
	go tool templ fmt -fail web sandbox/stories
	go tool templ generate -path web
	go tool templ generate -path sandbox/stories
	go run ./internal/keydocs
	go run ./internal/clidocs
	go run ./internal/pack
	./scripts/notice.sh | diff - NOTICE
	git diff --exit-code -- web sandbox/stories static/packed internal/say/packed docs/link-file.md docs/checks.md docs/environment.md docs/cli docs/schemas internal/linkfile/link.schema.json
	test -z "$$(git ls-files --others --exclude-standard docs/cli docs/schemas static/packed internal/say/packed)"

test:                     ## a seeded selection of every kind of test
	@./scripts/test.sh

check: check-generated lint security ## everything; takes hours
	AUTHPOCKET_ALL=1 TIMEOUT=180m ./scripts/test.sh
	./scripts/race.sh
	$(MAKE) --no-print-directory fuzz

race:                     ## the tests with the race detector
	@./scripts/race.sh

browser:                  ## browser tests, where Chromium and Node are found
	@./e2e/run.sh

GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
lint:                     ## golangci-lint, by .golangci.yml, and actionlint
	$(GOLANGCI) run ./...
	go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

vet-all:                  ## vet the program for Windows, macOS and 32-bit Linux; make test does it, too
	go test -run TestItIsVettedForOtherSystems -v .

GOVULNCHECK := go run golang.org/x/vuln/cmd/govulncheck@v1.9.0
security:                 ## govulncheck, where its database can be reached
	@./scripts/govulncheck.sh $(GOVULNCHECK)

FUZZTIME ?= 30s
FUZZREST ?= $(FUZZTIME)
fuzz:                     ## every fuzz target for FUZZTIME; for FUZZREST those that read nothing from outside
	@./scripts/fuzz.sh $(FUZZTIME) $(FUZZREST)

faults:                   ## the whole fault matrix; make test plays a part of it
	AUTHPOCKET_ALL=1 TIMEOUT=120m ./scripts/test.sh ./test/faults

worlds:                   ## 5,000 random sign-ins, and 300 on each other PocketBase, held against their predictions
	AUTHPOCKET_ALL=1 TIMEOUT=120m GOTESTFLAGS=-v ./scripts/test.sh ./test/predict

fleet:                    ## the pods of deploy/kubernetes/fleet on 200 links, one of them killed; make test has 12 links
	AUTHPOCKET_ALL=1 GOTESTFLAGS=-v ./scripts/test.sh ./test/fleet

beszel:                   ## link a Beszel hub, which is built once: the test of its preset
	AUTHPOCKET_REQUIRE_MATRIX=1 ./scripts/test.sh ./test/beszel

run:                      ## start the wizard
	go run ./cmd/authpocket

demo:                     ## start the wizard in front of a sandbox; ARGS="-tokens" has tokens for the command line, too
	@./scripts/demo.sh $(ARGS)

stories:                  ## pictures of every page in every state in bin/stories
	AUTHPOCKET_REQUIRE_BROWSER=1 AUTHPOCKET_PICTURES=1 ./e2e/run.sh stories.test.mjs

lighthouse:               ## Lighthouse's scores of five pages, beside their target
	@./scripts/storybook.sh ./scripts/lighthouse.sh

tree:                     ## the accessibility trees of five pages, as a screen reader has them
	@./scripts/storybook.sh node e2e/tree.mjs

pictures:                 ## the pictures that the documentation shows, in docs/pictures
	AUTHPOCKET_REQUIRE_BROWSER=1 ./e2e/run.sh pictures.test.mjs
	go run ./test/pictures bin/pictures docs/pictures

build: bin/authpocket bin/authpocket-demo ## the two programs
	@ls -l bin

bin/authpocket bin/authpocket-demo: bin/%:
	CGO_ENABLED=0 go build $(GOFLAGS_BUILD) -o $@ ./cmd/$*

ROOT ?= bin/image
PROGRAMS ?= authpocket authpocket-demo
image:                    ## what the Dockerfile copies into its images, in ROOT
	for p in $(PROGRAMS); do CGO_ENABLED=0 go build $(GOFLAGS_BUILD) -o $(ROOT)/$$p ./cmd/$$p || exit 1; done
	mkdir -p $(ROOT)/state

.PHONY: release check-release check-image check-kubernetes check-terraform vet-all
OUT ?= bin/release
release:                  ## archives, packages, checksums and an SBOM in OUT, of VERSION or the tag, for PLATFORMS or all
	@./scripts/release.sh $(OUT) $(PLATFORMS)

ALL ?= 1
check-release:            ## make a release twice, in two places, compare each byte, and read it; ALL=0: of one platform
	cd test/release && AUTHPOCKET_ALL=$(ALL) go test -count=1 -timeout 60m -v .

check-image:              ## run what the Dockerfile builds with nothing else there, and hold deploy/compose.yaml to it
	cd test/image && go test -count=1 -v .

check-kubernetes:         ## build deploy/kubernetes as kustomize does, and decode it strictly as the API's types
	cd test/kubernetes && go test -count=1 -v .

PROVIDERS ?=
check-terraform:          ## apply Terraform exports with tofu or terraform, and providers of the registry or in PROVIDERS
	cd test/terraform && TERRAFORM_PROVIDERS=$(abspath $(PROVIDERS)) go test -count=1 -v .

sizes:                    ## what the largest modules add to the program
	@./scripts/sizes.sh $(GOFLAGS_BUILD)

MAN ?= bin/man
man:                      ## the manual pages, in MAN
	SOURCE_DATE_EPOCH="$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)}" go run $(GOFLAGS_BUILD) ./internal/clidocs -man $(MAN)

bench-public:             ## print what the public demo takes beside its targets, and soak it with 1,000 walks
	go test -run '^$$' -bench . -benchtime 1x -timeout 90m -v ./test/public

bench:                    ## print measured figures beside their targets
	go test -run '^$$' -bench . -benchtime 3x -v ./test/bench ./internal/journal
