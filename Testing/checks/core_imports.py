"""The core knows nothing of Slicer, VTK or Qt, and importing it needs NumPy alone.

Imports inside functions are for what is needed only when it is used: PyTorch, TorchIO, SimpleITK, nibabel, matplotlib.
Of training, what looks at cases, plans and reports works without PyTorch too; only what computes imports it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from repository import ROOT, files, imports, parse, report

CORE = ROOT / "MedNCASegment" / "mednca"
NEVER = {"slicer", "vtk", "vtkmodules", "qt", "ctk", "PythonQt", "PySide6", "mrml", "MRMLCorePython"}
LAZY = {"torch", "torchio", "SimpleITK", "nibabel", "matplotlib"}
# These files compute with PyTorch, and are themselves imported only when it is asked for.
MAY_IMPORT_TORCH = {
    "engines/torch_engine.py",
    *(
        f"training/{name}.py"
        for name in (
            "aiming",
            "artefacts",
            "augment",
            "batches",
            "checkpoint",
            "finishing",
            "learner",
            "network",
            "parallel",
            "step",
            "trainer",
            "validation",
        )
    ),
}


def problems_of(path: Path) -> list[str]:
    """One sentence for each import in one file of the core that does not belong there."""
    tree = parse(path)
    name = path.relative_to(CORE).as_posix()
    allowed = set(sys.stdlib_module_names) | {"numpy", "mednca"}
    if name in MAY_IMPORT_TORCH:
        allowed.add("torch")
    problems = []
    for imported, line in imports(tree):
        if imported in NEVER:
            problems.append(f"mednca/{name}:{line} imports {imported}, which belongs to Slicer")
        elif imported not in allowed | LAZY:
            problems.append(f"mednca/{name}:{line} imports {imported}, which is no dependency of the core")
    for imported, line in imports(tree, at_import_only=True):
        if imported in LAZY - allowed:
            problems.append(f"mednca/{name}:{line} imports {imported} at file scope instead of where it is used")
    return problems


def imported_files(path: Path) -> Iterator[tuple[str, int]]:
    """Yields (name within the core, line) of every other file of the core that is imported with this one."""
    for node in parse(path).body:
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        folder = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        targets = [folder / f"{alias.name}.py" for alias in node.names]
        if node.module:
            targets.append(folder.with_suffix(".py"))
        for target in targets:
            yield target.relative_to(CORE).as_posix(), node.lineno


def torch_importers(path: Path) -> list[str]:
    """One sentence for each import, at the top of any other file, of a file that imports PyTorch itself."""
    name = path.relative_to(CORE).as_posix()
    if name in MAY_IMPORT_TORCH:
        return []
    return [
        f"mednca/{name}:{line} imports mednca/{target} at file scope, and PyTorch with it"
        for target, line in imported_files(path)
        if target in MAY_IMPORT_TORCH
    ]


def main() -> int:
    """Checks every file of the core."""
    sources = [path for path in files(CORE) if path.suffix == ".py"]
    problems = [problem for path in sources for problem in problems_of(path) + torch_importers(path)]
    if not sources:
        problems = [f"no core was found in {CORE}"]
    return report(problems, f"the {len(sources)} files of the core import nothing of Slicer, and NumPy alone at first")


if __name__ == "__main__":
    sys.exit(main())
