"""Where things are, and which files count, for the checks beside this file."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def files(folder: Path) -> list[Path]:
    """All files under ``folder`` that git tracks or would track, so that caches and build results do not count."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", str(folder)]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = {ROOT / name for name in listed.split("\0") if name}
    return sorted(path for path in paths if path.is_file())


def modules() -> list[Path]:
    """Folders of the Slicer modules that the root CMakeLists.txt adds."""
    text = (ROOT / "CMakeLists.txt").read_text()
    lines = (line.strip() for line in text.splitlines())
    return [ROOT / line[len("add_subdirectory(") : -1] for line in lines if line.startswith("add_subdirectory(")]


def module_files(module: Path) -> list[Path]:
    """Files of one module that an installed extension needs: everything but its CMake lists and its tests."""
    return [
        path
        for path in files(module)
        if path.name != "CMakeLists.txt" and path.relative_to(module).parts[0] != "Testing"
    ]


def parse(path: Path) -> ast.Module:
    """Syntax tree of one Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.AST, *, at_import_only: bool = False) -> Iterator[tuple[str, int]]:
    """Yields (top-level name, line) of every absolute import in ``tree``.

    With ``at_import_only`` only those that run when the file is imported: not those inside a function, nor
    those under ``if TYPE_CHECKING``.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.split(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0], node.lineno
        elif at_import_only and (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or _is_type_checking(node)):
            continue
        else:
            yield from imports(node, at_import_only=at_import_only)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def report(problems: list[str], verdict: str) -> int:
    """Prints the problems, or the verdict when there are none; returns the exit code."""
    for problem in problems:
        print(f"  {problem}")
    print(f"FAILED: {len(problems)} problem(s)" if problems else f"ok: {verdict}")
    return 1 if problems else 0
