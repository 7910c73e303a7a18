"""Every file of a module is named in its CMakeLists.txt, every file named there exists, and its tests are registered.

A file that is not named works in the source tree and is missing from the installed extension.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from repository import ROOT, module_files, modules, report

PREFIX = "MedNCA"  # of all file names that could meet those of other extensions


def named(module: Path) -> tuple[list[str], list[str]]:
    """Entries of MODULE_PYTHON_SCRIPTS and MODULE_PYTHON_RESOURCES, with ${MODULE_NAME} put in."""
    text = re.sub(r"#.*", "", (module / "CMakeLists.txt").read_text())
    name = re.search(r"set\(MODULE_NAME\s+(\w+)\s*\)", text)[1]
    lists = []
    for variable in ("MODULE_PYTHON_SCRIPTS", "MODULE_PYTHON_RESOURCES"):
        body = re.search(rf"set\({variable}\s+([^)]*)\)", text)
        lists.append(body[1].replace("${MODULE_NAME}", name).split() if body else [])
    return lists[0], lists[1]


# Self-tests that need what Slicer's Python lacks; where extensions are built and tested, they would fail.
OPTIONAL_TESTS = {"MedNCATrain": "MedNCA_TEST_TRAINING"}


def test_problems(module: Path) -> list[str]:
    """What keeps CTest from running the tests that a module has, or has it run those that cannot pass everywhere."""
    text, label = (module / "CMakeLists.txt").read_text(), f"{module.name}/CMakeLists.txt"
    problems = []
    if not re.search(r"slicerMacroBuildScriptedModule\([^)]*\bWITH_GENERIC_TESTS\b", text):
        problems.append(f"{label} lacks WITH_GENERIC_TESTS")
    option = OPTIONAL_TESTS.get(module.name)
    condition = "BUILD_TESTING" + (f" AND {option}" if option else "")
    block = re.search(rf"\nif\({condition}\)\n(.*?)\nendif\(\)", text, re.DOTALL)
    if not block or "slicer_add_python_unittest(SCRIPT ${MODULE_NAME}.py)" not in block[1]:
        problems.append(f"{label} registers no self-test under if({condition})")
    if option and not re.search(rf'\noption\({option} "[^"]+" OFF\)', text):
        problems.append(f"{label} lacks option({option}), which is off by itself")
    return problems


def problems_of(module: Path) -> list[str]:
    """One sentence for each disagreement between the module's folder and its CMakeLists.txt."""
    scripts, resources = named(module)
    entries = scripts + resources
    exist = {path.relative_to(module).as_posix() for path in module_files(module)}
    label = f"{module.name}/CMakeLists.txt"
    problems = [f"{label} does not name {path}" for path in sorted(exist - set(entries))]
    problems += [f"{label} names {path}, which does not exist" for path in sorted(set(entries) - exist)]
    problems += [f"{label} names {path} twice" for path in sorted({p for p in entries if entries.count(p) > 1})]
    problems += [f"{label} has {path} among the resources" for path in resources if path.endswith(".py")]
    problems += [f"{label} has {path} among the scripts" for path in scripts if not path.endswith(".py")]
    # Resources/ is installed into one folder for all modules of Slicer, of other extensions too.
    shared = [path for path in resources if path.startswith("Resources/") and not Path(path).name.startswith(PREFIX)]
    problems += [f"{label} has {path}, whose name does not begin with {PREFIX}" for path in shared]
    return problems


def main() -> int:
    """Checks every module."""
    if not modules():
        return report(["the root CMakeLists.txt adds no module"], "")
    problems = [problem for module in modules() for problem in problems_of(module) + test_problems(module)]
    # A folder that looks like a module but is not added would be left out of the extension altogether.
    for script in sorted(ROOT.glob("*/*.py")):
        if script.stem == script.parent.name and script.parent not in modules():
            problems.append(f"the root CMakeLists.txt does not add {script.parent.name}")
    count = sum(len(module_files(module)) for module in modules())
    return report(problems, f"all {count} module files are named in CMake, and the modules' tests registered")


if __name__ == "__main__":
    sys.exit(main())
