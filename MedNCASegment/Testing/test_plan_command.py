"""`mednca plan`: what it prints and writes, and one sentence for each mistake."""

import pytest
from made_cases import ellipsoids, write_case
from mednca.cli import main
from mednca.training.plan import Plan, preset_names


@pytest.fixture
def data(tmp_path):
    for seed, name in enumerate("abc"):
        write_case(tmp_path / "data", name, *ellipsoids(parts=2, seed=seed))
    return tmp_path / "data"


def test_the_command_prints_the_plan_and_the_table_of_cases(data, capsys):
    assert main(["plan", "--data", str(data), "--preset", "med-nca-c16", "--memory", "8", "--minutes", "2"]) == 0
    out, err = capsys.readouterr()
    plan = Plan.from_json(out)
    assert (plan.card.channels, plan.recipe.minutes, plan.fingerprint["cases"]) == (16, 2, 3)
    assert "3 cases, usable" in err
    assert "GB of memory" in err


def test_the_command_writes_a_plan(data, tmp_path, capsys):
    path = tmp_path / "plan.json"
    arguments = ["plan", "--data", str(data), "--merge-labels", "--exclude", "a", "-o", str(path)]
    assert main(arguments) == 0
    plan = Plan.from_json(path.read_text(encoding="utf-8"))
    assert plan.fingerprint["cases"] == 2
    assert len(plan.card.labels) == 1
    assert str(path) in capsys.readouterr().out
    path.write_text("edited")
    assert main(arguments) == 2
    assert "exists already and may have been edited" in capsys.readouterr().err
    assert path.read_text() == "edited"


def test_the_help_of_the_command_names_every_preset(capsys):
    with pytest.raises(SystemExit):
        main(["plan", "--help"])
    text = " ".join(capsys.readouterr().out.split()).replace("- ", "-")  # lines may break behind a hyphen
    assert all(f" {name}" in text for name in preset_names())


def test_the_command_leaves_out_bad_cases_only_when_it_may(data, capsys):
    (data / "labelsTr" / "b.nii.gz").write_bytes(b"")
    assert main(["plan", "--data", str(data)]) == 2
    out, err = capsys.readouterr()
    assert "1 of 3 cases cannot be used ('b')" in err
    assert not out
    assert main(["plan", "--data", str(data), "--skip-bad"]) == 0
    assert Plan.from_json(capsys.readouterr().out).fingerprint["cases"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--preset", "unet"], "no preset 'unet'"),
        (["--memory", "0"], "--memory must be"),
        (["--memory", "nan"], "--memory must be"),
        (["--minutes", "-1"], "--minutes must be"),
        (["--exclude", "z"], "no case 'z'"),
        (["-o", "/nowhere/plan.json"], "does not exist"),
    ],
)
def test_a_wrong_argument_is_answered_with_one_sentence(data, capsys, arguments, words):
    assert main(["plan", "--data", str(data), *arguments]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("mednca: ")
    assert words in last
