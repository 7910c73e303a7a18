"""The names of Slicer that the modules use exist in Slicer 5.10, the oldest that is supported.

The ``slicer-core`` wheel that the tests run on is newer, so code that passes there can still fail on the target.
A name that 5.10 lacks is accepted where the code asks first: under an ``if`` with ``hasattr(slicer.util, "name")``,
or in a ``try`` that catches ImportError or AttributeError.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from repository import ROOT, module_files, modules, parse, report

LIST = Path(__file__).with_name("slicer_5_10_names.txt")
NEWER_MEMBERS = "members newer than this"
GUARDS = {"ImportError", "ModuleNotFoundError", "AttributeError"}


def read_list(path: Path = LIST) -> dict[str, dict[str, set[str] | None]]:
    """Section -> name -> names of its parameters (None when they are not known, or when it takes any)."""
    sections: dict[str, dict[str, set[str] | None]] = {}
    for line in path.read_text().splitlines():
        if line.startswith("["):
            names = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, bracket, parameters = line.rstrip(")").partition("(")
            names[name] = set(parameters.split(", ")) if bracket and "**" not in parameters else None
    return sections


def dotted(node: ast.AST) -> str:
    """``slicer.util.getNode`` for such an expression, an empty string for anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def guarded(tree: ast.AST) -> set[ast.AST]:
    """Nodes in a part of ``tree`` that runs only if a name exists."""
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp) and re.search(r"\bhasattr\(slicer\b", ast.unparse(node.test)):
            body = node.body if isinstance(node.body, list) else [node.body]
        elif isinstance(node, ast.Try) and any(
            handler.type and GUARDS & set(re.findall(r"\w+", ast.unparse(handler.type))) for handler in node.handlers
        ):
            body = node.body
        else:
            continue
        for statement in body:
            inside.update(ast.walk(statement))
    return inside


def uses(tree: ast.AST) -> Iterator[tuple[str, set[str], int]]:
    """Yields (``slicer.section.name``, keywords it is called with, line) of every name of Slicer in ``tree``."""
    skipped = guarded(tree)
    called = {node.func: node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    part_of_longer = {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    aliases = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "slicer" and node not in skipped:
            for alias in node.names:
                if alias.name != "*":
                    aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                    yield f"{node.module}.{alias.name}", set(), node.lineno
        elif isinstance(node, ast.Import) and node not in skipped:
            for alias in node.names:
                if alias.name.startswith("slicer."):
                    yield alias.name, set(), node.lineno
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute | ast.Name) or node in skipped or node in part_of_longer:
            continue
        name = dotted(node)
        first, _, rest = name.partition(".")
        if first in aliases:
            name = f"{aliases[first]}.{rest}".strip(".")
        if name.startswith("slicer."):
            call = called.get(node)
            yield name, {keyword.arg for keyword in call.keywords if keyword.arg} if call else set(), node.lineno


def problem_with(name: str, keywords: set[str], known: dict, own: set[str]) -> str | None:
    """What Slicer 5.10 would object to in ``name`` called with ``keywords``; None when nothing."""
    _, first, *rest = name.split(".")
    if first not in known["slicer"]:
        return f"slicer.{first} is not in Slicer 5.10"
    section = known.get(f"slicer.{first}")
    if section is None or not rest:
        return None
    if first == "modules" and rest[0].lower().removesuffix("instance").removesuffix("widget") in own | section.keys():
        return None
    if rest[0] not in section:
        return f"slicer.{first}.{rest[0]} is not in Slicer 5.10"
    parameters = section[rest[0]]
    if parameters is not None and len(rest) == 1 and (unknown := keywords - parameters):
        return f"slicer.{first}.{rest[0]} has no parameter {', '.join(sorted(unknown))} in Slicer 5.10"
    return None


def wheel_lacks(name: str) -> str | None:
    """What is wrong with a MRML class, or with a constant or method taken from it, in the installed slicer-core."""
    import slicer

    _, first, *rest = name.split(".")
    if not first.startswith("vtkMRML"):
        return None
    if not hasattr(slicer, first):
        return f"slicer.{first} does not exist"
    if rest and not hasattr(getattr(slicer, first), rest[0]):
        return f"slicer.{first} has no {rest[0]}"
    return None


def problems_of(path: Path, known: dict, own: set[str]) -> list[str]:
    """One sentence for each name in one file that Slicer 5.10 does not have."""
    tree = parse(path)
    where = path.relative_to(ROOT)
    problems = []
    for name, keywords, line in uses(tree):
        if problem := problem_with(name, keywords, known, own) or wheel_lacks(name):
            problems.append(f"{where}:{line}: {problem}")
    skipped = guarded(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in known[NEWER_MEMBERS] and node not in skipped:
            problems.append(f"{where}:{node.lineno}: .{node.attr} is a member of classes newer than Slicer 5.10")
    return problems


def main() -> int:
    """Checks every Python file of every module."""
    known = read_list()
    own = {module.name.lower() for module in modules()}
    sources = [path for module in modules() for path in module_files(module) if path.suffix == ".py"]
    problems = [problem for path in sources for problem in problems_of(path, known, own)]
    count = len({name for path in sources for name, _, _ in uses(parse(path))})
    if not count:
        problems.append("no name of Slicer was found in the modules, so nothing was checked")
    return report(problems, f"Slicer 5.10 has all {count} names that the modules use")


if __name__ == "__main__":
    sys.exit(main())
