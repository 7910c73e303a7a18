"""The estimate of training's memory, and recipes that fit a limit."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from core_cases import MODULE, REPOSITORY, random_volume, require_torch, small_card
from mednca import MedNCAError
from mednca.cases import ArrayCase
from mednca.training.memory import LEAST_PATCH, LIBRARIES, estimate_bytes, recipe_that_fits, slices_bytes
from mednca.training.recipe import Recipe

CELLS = (256, 256)
RECIPE = Recipe(iterations=1, batch=16, patch=64, precision="float32")


def card(**changes):
    levels = [{"scale": 4, "steps": 64}, {"scale": 1, "steps": 64}]
    return small_card(**{"levels": levels, "channels": 32, "hidden": 128, **changes})


def test_more_cells_steps_channels_and_slices_take_more_memory():
    start = estimate_bytes(card(), RECIPE, CELLS)
    levels = [{"scale": 4, "steps": 64}, {"scale": 1, "steps": 80}]
    assert estimate_bytes(card(levels=levels), RECIPE, CELLS) > start
    assert estimate_bytes(card(channels=48), RECIPE, CELLS) > start
    assert estimate_bytes(card(hidden=256), RECIPE, CELLS) > start
    assert estimate_bytes(card(fire_rate=1.0), RECIPE, CELLS) > start
    assert estimate_bytes(card(), replace(RECIPE, batch=17), CELLS) > start
    assert estimate_bytes(card(), replace(RECIPE, patch=80), CELLS) > start
    assert estimate_bytes(card(), replace(RECIPE, random_steps=0.5), CELLS) > start
    assert estimate_bytes(card(), replace(RECIPE, artefacts=0.1), CELLS) > start
    assert estimate_bytes(card(), RECIPE, (512, 256)) > start
    assert estimate_bytes(card(), RECIPE, CELLS, 10**9) == start + 10**9


def test_recomputation_and_low_precision_take_less():
    start = estimate_bytes(card(), RECIPE, CELLS) - LIBRARIES
    assert estimate_bytes(card(), replace(RECIPE, recompute=True), CELLS) - LIBRARIES < 0.35 * start
    assert estimate_bytes(card(), replace(RECIPE, precision="bfloat16"), CELLS) - LIBRARIES < 0.6 * start
    # What the machine's own precision will be is not known here, so the larger is taken.
    assert estimate_bytes(card(), replace(RECIPE, precision="auto"), CELLS) - LIBRARIES == start


def test_slices_are_counted_as_they_are_kept():
    require_torch()
    from mednca.training.slices import load_slices

    volume = random_volume()
    case = ArrayCase("one", volume, (volume.array > 400).astype("uint8"))
    slices = load_slices([case], small_card())
    assert slices.images.nbytes + slices.targets.nbytes == slices_bytes(volume.array.size, 1)


def test_a_recipe_within_the_limit_stays_as_it_is():
    assert recipe_that_fits(card(), RECIPE, CELLS, 64.0) == RECIPE


def test_a_limit_takes_first_half_of_the_batch_then_recomputation_then_more():
    seen = []
    for hundredths in range(800, 34, -1):
        try:
            found = recipe_that_fits(card(), RECIPE, CELLS, hundredths / 100)
        except MedNCAError:
            break
        assert estimate_bytes(card(), found, CELLS) <= hundredths * 1e7
        seen.append((found.batch, found.recompute, found.patch))
    stages = list(dict.fromkeys(seen))
    assert stages[0] == (16, False, 64)
    assert (8, False, 64) in stages
    recomputed = [stage for stage in stages if stage[1]]
    assert recomputed[0][0] > 8  # with recomputation more slices fit again
    assert stages.index(recomputed[0]) > stages.index((8, False, 64))
    assert recomputed[-1][0] == 2
    assert recomputed[-1][2] < 64
    # Patches shrink only once the batch cannot.
    assert all(patch == 64 or batch == 2 for batch, _, patch in stages)


def test_a_limit_that_nothing_fits_gets_a_sentence_with_what_is_needed():
    with pytest.raises(MedNCAError, match=r"at least \d\.\d GB .* limit of 0\.3 GB"):
        recipe_that_fits(card(), RECIPE, CELLS, 0.3)
    with pytest.raises(MedNCAError, match="at least 5"):
        recipe_that_fits(card(), RECIPE, CELLS, 4.0, data_bytes=5 * 10**9)


def test_small_batches_and_patches_are_not_made_larger():
    tiny = replace(RECIPE, batch=1, patch=8)
    least = estimate_bytes(card(), replace(tiny, recompute=True), CELLS)
    found = recipe_that_fits(card(), tiny, CELLS, least / 1e9 + 1e-6)
    assert (found.batch, found.patch, found.recompute) == (1, 8, True)
    assert LEAST_PATCH > 8


def test_the_estimate_needs_no_torch():
    code = "import sys; sys.modules['torch'] = None; from mednca.training.memory import estimate_bytes"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=MODULE)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells such peaks")
@pytest.mark.parametrize("recompute", [False, True])
def test_the_estimate_is_near_the_measured_peak(recompute):
    require_torch()
    setting = {"cells": [128, 128], "steps": 32, "scales": [4, 1], "batch": 6, "patch": 64, "plain": False}
    setting |= {"precision": "float32", "recompute": recompute}
    script = REPOSITORY / "Testing" / "Benchmarks" / "training_memory.py"
    line = [sys.executable, str(script), "--worker", json.dumps(setting)]
    measured = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)
    assert measured["estimated"] == pytest.approx(measured["peak"], rel=0.25)
    assert measured["estimated"] - LIBRARIES == pytest.approx(measured["activations"], rel=0.35)
