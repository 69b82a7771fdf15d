# `make help` lists what there is to make. TAGS, PKG, SAMPLE, SEED, ROOM, ROW, VERSION, SIGN and the versions below are the only things to set.

# Fyne asks programs that keep its threading rule (all drawing on one goroutine) to say so with this tag.
TAGS := migrated_fynedo
# The packages that `make test` tests; `make test PKG=./app/...` tests a part.
PKG := ./...

# These tools run straight from the module cache: named here by version, and out of go.mod, where their hundreds of
# dependencies would weigh on the application's own.
GOTESTSUM := gotest.tools/gotestsum@v1.13.0
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
WINRES := github.com/tc-hib/go-winres@v0.3.3
NFPM := github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2

# The version that the program is built as.
VERSION := $(shell sed -n 's/^var version = "\(.*\)"/\1/p' main.go)
# How the list of what a program is made of is written: the same for the same program.
SBOM := -json -noserial -licenses

# Every test runs under the race detector. SQLite's own code, translated from C, is compiled without it: its memory lies outside of
# what the detector watches, so that nothing is lost but most of the time.
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false

# A fixed language, which the C locale is not to Fyne: words and number formats are the same on every machine.
ENGLISH := env -u LC_ALL -u LANGUAGE LANG=en_US.UTF-8
SYSTEM := $(shell uname -s)
ifeq ($(SYSTEM),Linux)
# Compiles OpenGL's bindings in seconds, for which gcc takes minutes to tell cgo their types. `make CC=gcc` works as well.
ifeq ($(origin CC),default)
CC := clang
endif
export CC
# Only a Linux session can lack a display; it then has neither variable.
NO_DISPLAY := $(if $(DISPLAY)$(WAYLAND_DISPLAY),,yes)
# Runs a command on a display that nobody sees (also where a Wayland session has one), with a window manager and drawing in software.
UNSEEN := $(ENGLISH) XDG_SESSION_TYPE=x11 LIBGL_ALWAYS_SOFTWARE=1 \
	xvfb-run --auto-servernum --server-args='-screen 0 1600x1000x24' sh -c 'openbox >/dev/null 2>&1 & exec "$$@"' -
endif

define BUILD
@[ -e build/feebridge ] || echo 'first build: one to two minutes'
@go build -tags $(TAGS) -o build/feebridge .
endef

.PHONY: help run build sbom packages packages-test test windows-test lint bench mutants fmt screenshots clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

run: ## build and open the application on the demo firm (with no display: play it unseen, write pictures)
	@sh .ci/setup build $(if $(NO_DISPLAY),screen)
	$(BUILD)
ifdef NO_DISPLAY
	@echo 'There is no display here: playing the main job on a virtual one.'
	@$(UNSEEN) build/feebridge --demo --tour build/demo
	@echo 'Done. Its pictures are in $(CURDIR)/build/demo/'
else
	@build/feebridge --demo
endif

build: ## build build/feebridge
	@sh .ci/setup build
	$(BUILD)

# What is listed is read from the program itself, which carries what it was linked from.
sbom: build ## build build/feebridge and list what it is made of in build/feebridge.cdx.json (CycloneDX)
	@go run $(CYCLONEDX) bin $(SBOM) -version $(VERSION) -output build/feebridge.cdx.json build/feebridge
	@echo 'What it is made of is in $(CURDIR)/build/feebridge.cdx.json'

# What the scripts of packaging/ run.
PACKAGING := TAGS='$(TAGS)' SBOM='$(SBOM)' WINRES='$(WINRES)' NFPM='$(NFPM)' CYCLONEDX='$(CYCLONEDX)'

packages: ## make the installers and packages of the commit in build/packages (VERSION=0.2.0 SIGN=program)
	@sh .ci/setup build windows packages
	@$(PACKAGING) SIGN='$(SIGN)' packaging/make '$(VERSION)'

packages-test: packages ## install, use, upgrade and remove what `make packages` made, for Windows under Wine
	@sh .ci/setup screen windows packages-test
	@$(PACKAGING) $(UNSEEN) packaging/test '$(VERSION)'

test: ## install what the tests lack and run every test under the race detector
	@sh .ci/setup build screen test
	@[ -e build/test.json ] || echo 'first build: about 3 minutes'
	@mkdir -p build
	@$(ENGLISH) FEEBRIDGE_TEST_ALL=1 go run $(GOTESTSUM) --format standard-quiet --jsonfile build/test.json -- -timeout 15m $(RACE) -tags $(TAGS) $(PKG); status=$$?; \
	echo; echo 'The slowest tests:'; \
	go run $(GOTESTSUM) tool slowest --num 10 --jsonfile build/test.json; \
	exit $$status

# CONTRIBUTING.md says what it does.
windows-test: ## build for Windows and test there, under Wine (Debian, as root)
	@sh .ci/setup screen windows
	@$(ENGLISH) sh .ci/windows/test $(GOTESTSUM) $(TAGS)

# GOFLAGS is for the packages that the linter loads: what `make test` compiled serves again. The linter itself needs none of it.
lint: ## check format and code, and for known vulnerabilities where Go's database of them can be reached
	@sh .ci/setup build
	@GOFLAGS='$(GOFLAGS) $(RACE)' go run -race=false $(GOLANGCI_LINT) run
	@sh .ci/vulnerabilities $(GOVULNCHECK) $(TAGS)

# In the package's own folder go test prints what the test prints, and nothing more.
bench: ## print the figures the application is held to, as a table; fail where one is broken
	@sh .ci/setup build screen
	@echo 'Measuring takes about 8 minutes. Let the machine do nothing else: what it does beside makes the figures less certain.'
	@$(UNSEEN) go test -C figures -tags '$(TAGS) figures' -run '^TestFigures$$' -count 1 -timeout 30m

# Each change costs the time of its tests: a hundred take about half an hour.
mutants: ## make careless changes and tell which no test notices (SAMPLE=100 SEED=1 ROOM=outbox ROW=words)
	@sh .ci/setup build
	@$(ENGLISH) go run ./mutants $(if $(SAMPLE),-sample $(SAMPLE)) $(if $(SEED),-seed $(SEED)) $(if $(ROOM),-room $(ROOM)) $(if $(ROW),-row '$(ROW)')

fmt: ## format every Go file
	@gofmt -l -w .

screenshots: ## play the demo unseen, write its pictures to build/screenshots and renew those that the help shows
	@sh .ci/setup build screen
	$(BUILD)
	@rm -rf build/screenshots
	@$(UNSEEN) build/feebridge --demo --tour build/screenshots
	@for picture in assets/help/*.png; do \
		new=build/screenshots/$${picture##*/}; \
		if [ -e "$$new" ]; then cp "$$new" "$$picture"; fi; \
	done
	@echo 'Its pictures are in $(CURDIR)/build/screenshots/'

clean: ## delete what was built
	rm -rf build
