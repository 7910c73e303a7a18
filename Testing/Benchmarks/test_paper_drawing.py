"""The paper's experiments: tables and figures from results alone."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from mednca import MedNCAError
from mednca.report.changes import EXPERIMENTS
from paper import __main__ as command_line
from paper import results
from paper.document import fill
from paper.draw import DOCUMENT, draw_all, draw_curves, draw_dice, marked
from paper.rows import ROWS
from paper.smallest import METHODS
from paper.style import look
from paper.tables import dice_table, robustness_table, whole_mri_table

pytest.importorskip("matplotlib")


def summary(mean: float) -> dict:
    return {"mean_dice": mean, "std_dice": 0.03, "mean_hausdorff95_mm": 1.5, "by_label": {}, "cases": []}


def row_result(name: str, mean: float, stopped: str = "by the rule", tested: bool = True) -> dict:
    row = next(row for row in ROWS if row.name == name)
    training = {"hours": 2.5, "device": "cpu", "stopped": stopped, "iterations": 12500}
    return {
        "row": name,
        "title": row.title,
        "parameters": row.parameters,
        "training": training,
        "validation": summary(mean + 0.01),
        "test": summary(mean) if tested else None,
    }


def robust_result(name: str, drop: float) -> dict:
    rng = np.random.default_rng(0)
    experiments = {}
    for one in EXPERIMENTS:
        dice = [(0.9 - drop * abs(level - one.unchanged) + rng.normal(0, 0.02, 6)).tolist() for level in one.levels]
        experiments[one.name] = {"levels": list(one.levels), "dice": dice}
    return {"title": name, "experiments": experiments}


def smallest_result() -> dict:
    measured = [
        {"method": method, "side": side, "seconds": 1e-4 * side**2, "peak_mb": 100 + side, "fits": side < 128}
        for method in METHODS
        for side in (32, 64, 128)
    ]
    return {"steps": 64, "limit_mb": 512, "measured": measured}


def whole_mri_result() -> dict:
    hippocampus = {"scan": "hippocampus", "shape": [35, 51, 35]}
    return {
        "measured": [
            {**hippocampus, "model": "med-nca", "device": "cpu", "seconds": 1.23},
            {**hippocampus, "model": "unet", "device": "cpu", "seconds": 12.3},
            {**hippocampus, "model": "med-nca", "device": "cuda", "seconds": 0.12},
        ]
    }


def write_results(folder) -> None:
    results.write("med-nca", row_result("med-nca", 0.881), folder)
    results.write("unet", row_result("unet", 0.874, stopped="early"), folder)
    results.write("unet-vgg11", row_result("unet-vgg11", 0.5, stopped="early", tested=False), folder)
    results.write("robustness/med-nca", robust_result("Med-NCA", 0.02), folder)
    results.write("robustness/unet", robust_result("UNet", 0.05), folder)
    results.write("smallest", smallest_result(), folder)
    results.write("whole-mri", whole_mri_result(), folder)


def line_of(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| {start}"))


def test_every_row_of_the_paper_has_its_line_and_those_not_run_their_command():
    text = dice_table(ROWS, {})
    for row in ROWS:
        line = line_of(text, row.title)
        assert "not run: `python -m paper" in line and f"--only {row.name}" in line
    assert "0.886 ± 0.042" in line_of(text, "Med-NCA ") or "0.886 ± 0.042" in line_of(text, "Med-NCA |")
    assert "36,951,555" in line_of(text, "UNet <sup>")


def test_the_document_is_filled_and_figures_are_drawn_from_the_results(tmp_path):
    document = tmp_path / "evidence.md"
    shutil.copy(DOCUMENT, document)
    write_results(tmp_path / "results")
    drawn = draw_all(tmp_path / "results", document, tmp_path / "evidence")
    text = document.read_text()
    assert "not run here (data): `python -m paper train --only unet --task prostate --data prostate/`" in text
    assert "0.799 ± 0.099" in text
    assert len(drawn) == 4 and all(path.stat().st_size > 5000 for path in drawn)
    for path in drawn:
        assert f"](evidence/{path.name})" in text
    assert "| 0.881 ± 0.030 | 1.50 | 2.5 h on a CPU, 12,500 iterations |" in line_of(text, "Med-NCA |")
    early = line_of(text, "UNet <sup>")
    assert "| *0.874 ± 0.030* | *1.50* |" in early and "**stopped early**" in early
    assert "*0.510 ± 0.030* (validation)" in line_of(text, "UNet, VGG11")
    assert line_of(text, "hippocampus, 35 x 51 x 35 | CPU").endswith("| 1.2 s | 12 s |")
    assert line_of(text, "hippocampus, 35 x 51 x 35 | GPU").endswith("| 0.12 s | - |")
    assert "| UNet (stopped early) | 0." in text
    assert "not in 512 MB" in line_of(text, "128 x 128") and "not in" not in line_of(text, "64 x 64")


@pytest.mark.filterwarnings("error")
def test_cases_without_a_dice_are_left_out_of_table_and_curves(tmp_path, monkeypatch):
    from matplotlib.axes import Axes

    found = {"med-nca": robust_result("Med-NCA", 0.02)}
    shift = found["med-nca"]["experiments"]["shift"]["dice"]
    shift[-2:] = [[None, 0.2, 0.4, 0.6, None, None], [None] * 6]
    lines, plot = [], Axes.plot
    monkeypatch.setattr(Axes, "plot", lambda axes, *given, **how: lines.append(given[1]) or plot(axes, *given, **how))
    draw_curves(found, 5, tmp_path / "curves.svg")
    assert lines[2][-2] == pytest.approx(0.4) and np.isnan(lines[2][-1])
    assert not np.isnan([*lines[0], *lines[1], *lines[2][:-1]]).any()
    heads, _, cells = (line.split(" | ") for line in robustness_table(found).splitlines())
    assert cells[heads.index("translation 0.5")] == "-"
    shift[-1] = [None, 0.3, 0.5, None, None, None]
    assert "| 0.400 |" in robustness_table(found)


def test_a_row_that_was_stopped_early_is_marked_in_figures_5_and_6(tmp_path, monkeypatch):
    from matplotlib.axes import Axes

    curves = {name: robust_result(name, 0.02) for name in ("med-nca", "unet")}
    rows = {"med-nca": row_result("med-nca", 0.88), "unet": row_result("unet", 0.87, stopped="early")}
    drawn, plot = [], Axes.plot
    monkeypatch.setattr(Axes, "plot", lambda axes, *given, **how: drawn.append(how) or plot(axes, *given, **how))
    draw_curves(marked(curves, rows), 6, tmp_path / "curves.svg")
    assert {(one["label"], one["marker"]) for one in drawn} == {("med-nca", "o"), ("unet (stopped early)", "X")}


def test_many_rows_get_a_line_of_panels_for_each_family_with_the_others_behind(tmp_path, monkeypatch):
    from matplotlib.axes import Axes

    names = ("med-nca", "med-nca-c16", "unet", "unet-resnet18")
    curves = {name: robust_result(name, 0.02) for name in names}
    panels, plot = {}, Axes.plot
    monkeypatch.setattr(
        Axes,
        "plot",
        lambda axes, *given, **how: panels.setdefault(axes, []).append(how.get("label")) or plot(axes, *given, **how),
    )
    draw_curves(curves, 5, tmp_path / "curves.svg")
    own = [{"med-nca", "med-nca-c16"}, {"unet", "unet-resnet18"}]
    shown = [set(labels) - {None, "the other family"} for labels in panels.values()]
    assert shown == [own[0]] * 3 + [own[1]] * 3
    assert all(labels.count(None) == 2 for labels in panels.values())
    titles = [(axes.get_title(), axes.get_xlabel()) for axes in panels]
    assert all(title and not below for title, below in titles[:3])
    assert all(below and not title for title, below in titles[3:])


def test_the_papers_columns_are_left_out_where_none_of_the_rows_is_in_the_paper():
    further = [row for row in ROWS if row.group == "further"]
    assert "paper" not in dice_table(further, {}).splitlines()[0]
    assert "paper: Dice" in dice_table(ROWS, {}).splitlines()[0]


def test_names_in_figure_3_do_not_run_into_each_other(tmp_path, monkeypatch):
    from matplotlib.axes import Axes

    counts = {"nnunet-2d": 40_000_000, "nnunet-3d": 20_000_000}
    measured = {
        row.name: {**row_result(row.name, 0.88), "parameters": row.parameters or counts[row.name]}
        for row in ROWS
        if row.group != "further"
    }
    names, axes, text = [], [], Axes.text
    monkeypatch.setattr(
        Axes, "text", lambda on, *at, **how: names.append(at) or axes.append(on) or text(on, *at, **how)
    )
    draw_dice(measured, tmp_path / "dice.svg")
    assert {title for _, _, title in names} == {row.title for row in ROWS if row.group != "further"}
    low, high = axes[0].get_ylim()
    for column in {x for x, _, _ in names}:
        heights = np.sort([y for x, y, _ in names if x == column])
        assert np.diff(heights).min() > 0.03 * (high - low)


def test_every_row_looks_like_no_other():
    assert len({tuple(look(row.name).values()) for row in ROWS}) == len(ROWS)
    assert look("med-nca", 3) == look("med-nca") and look("a model", 0) != look("a model", 1)


def test_a_gpu_that_there_was_none_of_has_the_command_that_measures_it():
    result = whole_mri_result()
    assert "not run" not in whole_mri_table(result)
    result["measured"].pop()
    assert "not run: `python -m paper smallest --device cuda`" in line_of(
        whole_mri_table(result), "hippocampus, 35 x 51 x 35 | GPU"
    )


def test_results_of_ones_own_get_a_page_of_their_own(tmp_path):
    before = DOCUMENT.read_bytes()
    write_results(tmp_path)
    assert command_line.main(["draw", "--results", str(tmp_path)]) == 0
    assert "pictures/robustness.svg" in (tmp_path / "evidence.md").read_text()
    assert DOCUMENT.read_bytes() == before


def test_the_same_results_give_the_same_files(tmp_path):
    write_results(tmp_path / "results")
    contents = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        document = tmp_path / name / "evidence.md"
        shutil.copy(DOCUMENT, document)
        drawn = draw_all(tmp_path / "results", document, tmp_path / name / "evidence")
        contents.append([document.read_bytes(), *(path.read_bytes() for path in drawn)])
    assert contents[0] == contents[1]


def test_a_document_without_a_place_for_a_part_is_left_as_it_was(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("<!-- made: one -->old<!-- end: one -->")
    with pytest.raises(MedNCAError, match="made: two"):
        fill(path, {"one": "new", "two": "new"})
    assert "old" in path.read_text()
    fill(path, {"one": "new"})
    assert path.read_text() == "<!-- made: one -->\nnew\n<!-- end: one -->"


def test_results_of_another_version_are_refused(tmp_path):
    (tmp_path / "med-nca.json").write_text('{"format": 99}')
    with pytest.raises(MedNCAError, match="another version"):
        results.read("med-nca", tmp_path)
