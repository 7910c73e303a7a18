# What a machine without Slicer can do with this repository. Every target prepares .venv by itself, once.
.DEFAULT_GOAL := help
.PHONY: help demo test lint checks benchmarks paper screenshots clean

python := .venv/bin/python
ready := .venv/ready-for

help: ## this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

demo: $(ready)-demo ## segment the sample scan and write the results into demo-output/
	$(python) Testing/demo.py --output demo-output

test: $(ready)-test ## all tests (PyTorch is installed for them)
	MEDNCA_REQUIRE_TORCH=1 $(python) -m pytest

lint: $(ready)-lint ## ruff: lint and format
	$(python) -m ruff check .
	$(python) -m ruff format --check .

checks: $(ready)-demo ## what is checked about the repository itself
	$(python) Testing/checks/run_all.py

benchmarks: $(ready)-test ## speed, memory and responsiveness on this machine
	set -e; for script in $$(grep -l __main__ Testing/Benchmarks/*.py); do echo "== $$script"; $(python) $$script; done

paper: $(ready)-paper ## the paper's experiments, days on a CPU; ARGS="--only ROW --data DIR" for a part of them
	PYTHONPATH=Testing/Benchmarks $(python) -m paper $(ARGS)

screenshots: $(ready)-test ## pictures of the panels at work for README and guides, into Docs/pictures/
	$(python) Testing/screenshots.py --output Docs/pictures
	$(python) Testing/screenshots_training.py --output Docs/pictures

clean: ## remove .venv and everything that was made
	rm -rf .venv build demo-output .pytest_cache .ruff_cache *.egg-info MedNCASegment/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Made anew when the requirements change; they live inside .venv, so removing it removes them.
$(ready)-%: Testing/requirements-%.txt Testing/environment.sh
	@Testing/environment.sh $*
	@touch $@

$(ready)-test: Testing/requirements-demo.txt Testing/requirements-torch.txt
$(ready)-paper: Testing/requirements-torch.txt
