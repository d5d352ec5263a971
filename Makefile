# Trapline's front door. `make demo` and `make test` set up what they need themselves.

SWIFT   ?= swift
RELEASE := .build/release/trapline

# What the program is built with, and what its tests ask for a second opinion.
BUILD_PACKAGES := g++ libcadical-dev
TEST_PACKAGES  := $(BUILD_PACKAGES) binutils cvc5 python3-jsonschema python3-sarif-python-om simh z3

.PHONY: help demo test smoke bench soak build clean packages test-packages

help:
	@echo "make demo    install what is missing, build, check every machine, run a guest at three depths"
	@echo "make test    install what is missing, build, run every test"
	@echo "make bench   the figures of Docs/Benchmarks.md, measured here"
	@echo "make soak    long fuzzing, what takes too long for every day"
	@echo "make clean   remove what was built"

packages:
	@./Tests/install-packages $(BUILD_PACKAGES)

test-packages:
	@./Tests/install-packages $(TEST_PACKAGES)

build: packages
	$(SWIFT) build -c release --product trapline

demo: build
	@./Lessons/demo $(RELEASE)

# Tests look inside the modules, so they have a build of their own; in release, because thousands of
# proofs and millions of instructions are checked.
test: test-packages
	$(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build/testing
	$(MAKE) smoke

# The cores choose other loops in debug builds; one short run of everything shows that they agree.
smoke:
	$(SWIFT) test --filter Smoke

bench: test-packages build
	$(SWIFT) build -c release --product Benchmarks
	@./Tests/Benchmarks/run $(RELEASE) .build/release/Benchmarks

soak: test-packages
	@./Tests/soak

clean:
	rm -rf .build
