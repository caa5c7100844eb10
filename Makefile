# make demo   score a sample clip, print the repetitions, write an annotated video to out/
# make test   lint, format, types, import contracts, tests
# make mutants  break each rule of the core in turn: some test must notice (minutes)
# make docs   the site of docs/ into out/site, strict, nothing loaded from elsewhere
# make fuzz   wrong input of every kind for five minutes: one line each, nothing overwritten
# make bench  the analyzers against the labels of the sample clips, with a floor; and against real
#             people where ../shared has them
# make fit    which posture and camera place the rules read, against the truth, and how a fitted
#             likelihood compares; TRUTH=DIR... true joints, TRACKS=DIR... more pose tracks
#
# Each sets up all it needs in .venv; only Python 3.10-3.13 must be there. Another Python:
#   make test PYTHON=python3.12 VENV=.venv312

PYTHON ?= python3
VENV   ?= .venv
CLIP   ?= sample_videos/clamshell__pelvis_roll__front_l1005.mp4

BIN   := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: demo test docs bench mutants setup clean
.DEFAULT_GOAL := help

.PHONY: help
help:
	@sed -n 's/^# \{0,1\}//p;/^$$/q' Makefile

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON): expected Python 3.10-3.13, found none; install it or name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 10) <= v <= (3, 13) else \
	  f"$(PYTHON): expected Python 3.10-3.13, it is {v[0]}.{v[1]}; name another: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,docs,video]'
	@touch $@

demo: $(STAMP)
	@mkdir -p out
	$(BIN)/formcheck score $(CLIP) --video out/demo.mp4
	@echo "annotated video: out/demo.mp4"
	@echo "the page in your browser: $(BIN)/formcheck app"

test: $(STAMP)
	$(BIN)/ruff check src tests tools
	$(BIN)/ruff format --check src tests tools
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 2 --dist loadfile

docs: $(STAMP)
	@[ -x $(BIN)/zensical ] || { \
	  echo "make docs: expected Python 3.11 or later; name one: make docs PYTHON=python3.12"; exit 1; }
	$(BIN)/zensical build --clean --strict
	@echo "site: out/site/index.html"

mutants: $(STAMP)
	$(BIN)/python tests/mutants.py

fuzz: $(STAMP)
	$(BIN)/python tests/test_fuzz.py 300

BENCH := $(BIN)/formcheck bench --quick
FOUR  := --drill clamshell --drill hip_bridge --drill single_leg_stance --drill standing_hip_abduction

bench: $(STAMP)
	$(BENCH) sample_videos --from video --skip speed $(FOUR) --list-misses \
	  --fail-under count_exact=0.97,reps_matched=0.95,fault_recall=0.9,false_alarms=0.05,not_visible_claims=0,bad_view_refused=1
	@[ ! -d ../shared/real_tracks ] || \
	  $(BENCH) ../shared/real_tracks $(FOUR) --list-misses --fail-under count_exact=1
	@[ ! -d ../shared/real_tracks ] || \
	  $(BIN)/formcheck bench ../shared/real_tracks --skip robustness,speed \
	    --fail-under count_exact=0.9,wrong_exercise=0.02
	@[ ! -d ../shared/external_tracks ] || \
	  $(BIN)/python benchmarks/external.py ../shared/external_tracks \
	    --fail-under count_exact=0.8,false_alarms=0.04,faulty_seen=0.95,wrong_exercise=0.02

.PHONY: fit
fit: $(STAMP)
	$(BIN)/python benchmarks/fit.py $(if $(TRUTH),--truth $(TRUTH)) --tracks tests/tracks \
	  tests/tracks/askew $(wildcard ../shared/real_tracks ../shared/external_tracks) $(TRACKS)
	@[ ! -d ../shared/external_tracks ] || \
	  $(BIN)/python benchmarks/external.py ../shared/external_tracks

clean:
	rm -rf $(VENV) out .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
