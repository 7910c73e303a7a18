"""Each check finds the fault that it is there for."""

import ast
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import cmake_lists  # noqa: E402
import core_imports  # noqa: E402
import extension  # noqa: E402
import slicer_names  # noqa: E402
from repository import ROOT  # noqa: E402


@pytest.fixture
def core(tmp_path, monkeypatch):
    """Writes a file of a make-believe core and returns its path."""
    monkeypatch.setattr(core_imports, "CORE", tmp_path)

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def names_problems(source):
    """What the check of names says about one source."""
    known = slicer_names.read_list()
    return [
        problem
        for name, keywords, _ in slicer_names.uses(ast.parse(source))
        if (problem := slicer_names.problem_with(name, keywords, known, {"mednca"}))
    ]


def test_file_missing_from_cmake_and_file_that_does_not_exist_are_found(tmp_path, monkeypatch):
    module = tmp_path / "Module"
    module.mkdir()
    (module / "CMakeLists.txt").write_text(
        "set(MODULE_NAME Module)\nset(MODULE_PYTHON_SCRIPTS\n  ${MODULE_NAME}.py\n  Gone.py # why\n  )\n"
    )
    for name in ("Module.py", "Forgotten.py"):
        (module / name).touch()
    monkeypatch.setattr(cmake_lists, "module_files", lambda folder: sorted(folder.glob("*.py")))
    assert cmake_lists.problems_of(module) == [
        "Module/CMakeLists.txt does not name Forgotten.py",
        "Module/CMakeLists.txt names Gone.py, which does not exist",
    ]


def test_resource_that_could_replace_one_of_another_extension_is_found(tmp_path, monkeypatch):
    module = tmp_path / "MedNCAModule"
    files = [module / "Resources" / "UI" / name for name in ("MedNCAModule.ui", "Settings.ui")]
    module.mkdir()
    (module / "CMakeLists.txt").write_text(
        "set(MODULE_NAME MedNCAModule)\n"
        "set(MODULE_PYTHON_RESOURCES\n  Resources/UI/${MODULE_NAME}.ui\n  Resources/UI/Settings.ui\n  )\n"
    )
    monkeypatch.setattr(cmake_lists, "module_files", lambda folder: files)
    assert cmake_lists.problems_of(module) == [
        "MedNCAModule/CMakeLists.txt has Resources/UI/Settings.ui, whose name does not begin with MedNCA"
    ]


@pytest.mark.parametrize(
    "old, new",
    [
        ("WITH_GENERIC_TESTS", ""),
        ("slicer_add_python_unittest", "# slicer_add"),
        (" AND MedNCA_TEST_TRAINING", ""),
        ('Python" OFF)', 'Python" ON)'),
    ],
)
def test_tests_that_ctest_would_not_run_or_could_not_pass_are_found(tmp_path, old, new):
    module = tmp_path / "MedNCATrain"
    module.mkdir()
    text = (ROOT / "MedNCATrain" / "CMakeLists.txt").read_text()
    (module / "CMakeLists.txt").write_text(text)
    assert cmake_lists.test_problems(module) == []
    (module / "CMakeLists.txt").write_text(text.replace(old, new))
    assert len(cmake_lists.test_problems(module)) == 1


@pytest.mark.parametrize(
    "name, source",
    [
        ("a.py", "import slicer"),
        ("a.py", "def f():\n    from vtk.util import numpy_support"),
        ("a.py", "import scipy"),
        ("a.py", "import torch"),
        ("a.py", "try:\n    import nibabel\nexcept ImportError:\n    nibabel = None"),
        ("training/trainer.py", "import SimpleITK"),
        ("training/trainer.py", "import torchio"),
        ("training/plan.py", "import torch"),
    ],
)
def test_import_that_the_core_must_not_have_is_found(core, name, source):
    assert core_imports.problems_of(core(name, source))


@pytest.mark.parametrize(
    "name, source",
    [
        ("a.py", "import json\nimport numpy as np\nfrom . import errors"),
        ("a.py", "def f():\n    import torch"),
        ("a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch"),
        ("training/trainer.py", "import torch"),
        ("training/plan.py", "def f():\n    import torch"),
    ],
)
def test_import_that_the_core_may_have_is_accepted(core, name, source):
    assert core_imports.problems_of(core(name, source)) == []


@pytest.mark.parametrize(
    "name, source",
    [
        ("a.py", "from .training import trainer"),
        ("a.py", "from .training.trainer import Trainer"),
        ("a.py", "from .engines.torch_engine import TorchEngine"),
        ("training/plan.py", "from .network import TrainableCascade"),
        ("training/plan.py", "from . import recipe, step"),
        ("training/plan.py", "from ..engines import torch_engine"),
    ],
)
def test_torch_that_comes_in_through_another_file_is_found(core, name, source):
    assert len(core_imports.torch_importers(core(name, source))) == 1


@pytest.mark.parametrize(
    "name, source",
    [
        ("a.py", "from . import errors"),
        ("a.py", "from .training.plan import Plan"),
        ("a.py", "def f():\n    from .training import trainer"),
        ("training/trainer.py", "from .network import TrainableCascade"),
        ("training/plan.py", "from ..card import Card"),
    ],
)
def test_import_that_brings_no_torch_is_accepted(core, name, source):
    assert core_imports.torch_importers(core(name, source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "slicer.util.LazyImport",
        "import slicer.packaging",
        "from slicer.util import LazyImport",
        "from slicer import util\nutil.LazyImport",
        "slicer.util.arrayFromVolume(node=1)",
        "slicer.vtkMRMLNoSuchNode()",
        "slicer.modules.nosuchmodule",
        "slicer.app.noSuchMethod()",
    ],
)
def test_name_that_slicer_5_10_lacks_is_found(source):
    assert len(names_problems(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "slicer.util.arrayFromVolume(volumeNode=1)",
        "slicer.modules.sequences.logic()",
        "slicer.modules.MedNCAWidget",
        "slicer.app.processEvents()",
        "slicer.vtkMRMLSegmentationNode()",
        'if hasattr(slicer, "packaging"):\n    slicer.packaging.pip_ensure()',
        "try:\n    from slicer.util import LazyImport\nexcept ImportError:\n    LazyImport = None",
    ],
)
def test_name_that_slicer_5_10_has_or_the_code_asks_for_is_accepted(source):
    assert names_problems(source) == []


def test_each_missing_field_of_the_description_is_found():
    text = (ROOT / "CMakeLists.txt").read_text()
    for field in extension.FIELDS:
        found = extension.description_problems(text.replace(f"EXTENSION_{field} ", "EXTENSION_OTHER "))
        assert any(field in problem for problem in found)
