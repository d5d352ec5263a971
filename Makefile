# Trapline's front door. `make demo` and `make test` set up what they need themselves.

SWIFT   ?= swift
RELEASE := .build/release/trapline
# Tests look inside the modules, so they have a build of their own; in release, because thousands of proofs and
# millions of instructions are checked.
TESTING := -c release -Xswiftc -enable-testing --scratch-path .build/testing

# What the program is built with, and what its tests ask for a second opinion.
BUILD_PACKAGES := g++ libcadical-dev libcapstone-dev liblz4-dev liblzma-dev libyaml-dev libzstd-dev zlib1g-dev
TEST_PACKAGES  := $(BUILD_PACKAGES) binutils cvc5 python3-jsonschema python3-sarif-python-om simh z3
# The emulators that the machine files are compared with, and assemblers for them.
ORACLE_PACKAGES := python3 simh hercules qemu-user binutils-m68k-linux-gnu binutils-riscv64-linux-gnu \
	binutils-arm-linux-gnueabi binutils-aarch64-linux-gnu binutils-mips-linux-gnu \
	binutils-powerpc64-linux-gnu binutils-sparc64-linux-gnu binutils-s390x-linux-gnu \
	binutils-alpha-linux-gnu qemu-system-x86 bochs bochs-term

.PHONY: help demo test smoke bench soak oracles build clean kernel packages test-packages oracle-packages soak-packages
.PHONY: bench-packages

help:
	@echo "make demo    install what is missing, build, check some machines, run a guest at three depths"
	@echo "make test    install what is missing, build, run every test"
	@echo "make bench   the figures of Docs/Benchmarks.md, measured here"
	@echo "make soak    long fuzzing, what takes too long for every day"
	@echo "make oracles suspect instructions on emulators, in user mode, compared with the machine files"
	@echo "make kernel  fetch Debian's cloud kernel and busybox, for make test and make bench"
	@echo "make clean   remove what was built"

packages:
	@./Tests/install-packages $(BUILD_PACKAGES)

test-packages:
	@./Tests/install-packages $(TEST_PACKAGES)

# Emulators for boot images, and the tools of the guests' file systems.
soak-packages:
	@./Tests/install-packages python3 qemu-system-x86 bochs bochs-term e2fsprogs

oracle-packages:
	@./Tests/install-packages $(ORACLE_PACKAGES)

# The peers of the machine pc; GRUB's tools make the CD that Bochs boots from.
bench-packages:
	@./Tests/install-packages python3 qemu-system-x86 bochs bochs-term grub-pc-bin xorriso mtools bsdutils

# Debian's cloud kernel and busybox, outside the repository.
kernel: build
	@$(RELEASE) fetch-kernel --into .cache/kernel

build: packages
	$(SWIFT) build -c release --product trapline

demo: build
	@./Lessons/demo $(RELEASE)

# Among what is built is the program, which fetches the kernel.
test: test-packages
	$(SWIFT) build --build-tests $(TESTING)
	@.build/testing/release/trapline fetch-kernel --into .cache/kernel
	$(SWIFT) test --skip-build $(TESTING)
	$(MAKE) smoke

# The cores choose other loops in debug builds; one short run of everything shows that they agree.
smoke:
	$(SWIFT) test --filter Smoke

bench: test-packages bench-packages kernel
	$(SWIFT) build -c release --product Benchmarks
	@./Tests/Benchmarks/run $(RELEASE) .build/release/Benchmarks

soak: test-packages soak-packages build
	@./Tests/soak

oracles: oracle-packages build
	@./Tests/Oracles/run --trapline $(RELEASE)
	@./Tests/Oracles/BootImages/run --trapline $(RELEASE)

clean:
	rm -rf .build
