"""The paper's experiments in a fresh clone: results are there, the weights that they came from are not."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("torchio")

from mednca import MedNCAError  # noqa: E402
from paper import results, robustness  # noqa: E402
from paper.further.subject import from_row  # noqa: E402
from paper.rows import BY_NAME  # noqa: E402
from paper.table_row import trained  # noqa: E402
from paper_cases import ellipsoid_study  # noqa: E402

ROW = BY_NAME["med-nca-1mm"]


def test_what_needs_the_weights_is_left_out_and_says_why(tmp_path, capsys):
    study = ellipsoid_study(tmp_path)
    results.write(ROW.name, {"row": ROW.name, "test": {"mean_dice": 0.9}}, study.into)
    with pytest.raises(MedNCAError, match="--results FOLDER"):
        trained(ROW, study)
    robustness.measure_row(ROW, study, "none")
    assert "has no weights in" in capsys.readouterr().out
    assert results.read(f"{results.ROBUSTNESS}/{ROW.name}", study.into) is None
    assert from_row(ROW, study) is None and "has no weights in" in capsys.readouterr().out
