# make demo   a song, its mix and its master under out/demo
# make test   everything that must hold: format, lints, tests, licences
# make bench  what the engine costs, next to the same arithmetic with no graph
# make soak   the long campaigns of the same tests, loom, RealtimeSanitizer, and mutants of the compiler (hours)

CARGO ?= cargo

.PHONY: demo test bench soak setup

setup:
	@sh .ci/setup

demo: setup
	$(CARGO) run --release -- demo

test: setup
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) test --workspace
	@sh .ci/licences

bench: setup
	$(CARGO) run --release -- bench
	$(CARGO) run --release -p signalbox-live --example age
	$(CARGO) run --release -p signalbox-live --example threads
	$(CARGO) run --release -p signalbox-editor --example frames
	@sh .ci/instructions

soak: setup
	SIGNALBOX_SOAK=100 $(CARGO) test --workspace --release
	RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=$${CARGO_TARGET_DIR:-target}/loom \
		$(CARGO) test --release --lib -p signalbox-engine -p signalbox-live -- crew::heads orders::
	@sh .ci/rtsan
	@sh .ci/fuzz
	@sh .ci/mutants
