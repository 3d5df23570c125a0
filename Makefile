# What can be done here. Each target is one script in scripts/, which says at its top what it does and promises.

.DEFAULT_GOAL := help
.PHONY: help run build test check bench fuzz conformance interop windows screenshots crash kill storm fresh

help: ## Lists these targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)$$/  make \1\t\2/' | expand -t 20

run: ## Builds and opens the window on the Local demo account; without a display, does the main job in a virtual one
	@bash scripts/run.sh

build: ## Builds bucketseal, bucketseal-cli and mocks3 into bin/
	@bash scripts/build.sh

test: ## Runs every test below the real window, then the window's story in a virtual screen
	@bash scripts/test.sh

check: ## Formatting, vet (also for Windows), lint, walls, tests under the race detector, known vulnerabilities
	@bash scripts/check.sh

bench: ## Runs the benchmarks of the core, then the command line beside its peers; the figures stay in artefacts/
	@bash scripts/bench.sh

conformance: ## Holds the local endpoint to the test suite of versitygw, another S3 server
	@bash scripts/conformance.sh

fuzz: ## Runs every fuzz target for 5 minutes, one after the other; scripts/fuzz.sh takes another time and packages
	@bash scripts/fuzz.sh

interop: ## Tests the client against a real Ceph object gateway and a real MinIO started on loopback
	@bash scripts/interop.sh

windows: ## Cross-builds bucketseal.exe, bucketseal-cli.exe and mocks3.exe into dist/
	@bash scripts/windows.sh

screenshots: ## Plays the window's story and refreshes the pictures in docs/screenshots
	@bash scripts/screenshots.sh

crash: ## Kills mocks3 300 times under load and looks for lost or torn objects
	@bash scripts/crash.sh

storm: ## Sends 10,000 files through a line and to an endpoint that fail all the time, up and down
	@bash scripts/storm.sh

kill: ## Kills bucketseal-cli 500 times in the middle of uploads and downloads, and goes on each time
	@bash scripts/kill.sh

fresh: ## Proves run and test in a minimal Debian 12 made for it (needs root and debootstrap)
	@bash scripts/fresh.sh
