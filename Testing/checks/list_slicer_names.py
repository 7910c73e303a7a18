"""Writes slicer_5_10_names.txt from a clone of Slicer's sources.

    python Testing/checks/list_slicer_names.py SLICER_CLONE v5.10.0 v5.12.3 > Testing/checks/slicer_5_10_names.txt

The first tag is the oldest Slicer that the extension supports, the second the newest that is known. The modules may
use what the first has; of methods, whose class cannot be told from a Python source, those are listed that only the
second has.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys

# Python modules of the package ``slicer`` that a scripted module imports from.
PYTHON = ("ScriptedLoadableModule", "i18n", "parameterNodeWrapper", "testing", "util")
# Entry points that Slicer makes when it starts, or that are C++ classes wrapped by hand.
TOP_LEVEL = ("app", "cli", "logic", "modules", "moduleNames", "mrmlScene", "selfTests")
CLASS = re.compile(
    r"/((?:vtkMRML|vtkSlicer|vtkSegment|vtkOriented|vtkCoded|vtkTopologicalHierarchy|qMRML|qSlicer)\w*)\.h$"
)
# What comes to ``slicer.app`` from QApplication.
QT_APPLICATION = ("connect", "disconnect", "exit", "palette", "processEvents", "quit", "setOverrideCursor")
QT_APPLICATION += ("restoreOverrideCursor", "style", "translate")


class Sources:
    """Slicer's sources at one tag."""

    def __init__(self, clone: str, tag: str):
        self._git = ["git", "-C", clone]
        self.tag = tag
        self.commit = self.run("rev-parse", f"{tag}^{{commit}}").strip()
        self.paths = self.run("ls-tree", "-r", "--name-only", tag).splitlines()

    def run(self, *arguments: str) -> str:
        command = [*self._git, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, errors="replace").stdout

    def read(self, path: str) -> str:
        return self.run("show", f"{self.tag}:{path}")

    def headers(self) -> list[str]:
        """Headers of the classes that Python sees."""
        return [path for path in self.paths if CLASS.search(path) and not path.startswith("Utilities/")]


def signature(function: ast.FunctionDef) -> str:
    """``name(first, second, *rest, **more)`` of a function."""
    arguments = function.args
    names = [argument.arg for argument in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
    names += [f"*{arguments.vararg.arg}"] if arguments.vararg else []
    names += [f"**{arguments.kwarg.arg}"] if arguments.kwarg else []
    return f"{function.name}({', '.join(names)})"


def python_names(source: str) -> set[str]:
    """Functions, with their parameters, classes and variables at the top of one Python source."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            names.add(signature(node))
        elif isinstance(node, ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom) and node.level:
            names |= {alias.asname or alias.name for alias in node.names if alias.name != "*"}
    described = {name.partition("(")[0] for name in names if "(" in name}
    return {name for name in names - described if not name.startswith("_")}


def python_section(sources: Sources, name: str) -> set[str]:
    """Names of ``slicer.<name>``, a file or a package."""
    folder = "Base/Python/slicer"
    if f"{folder}/{name}.py" in sources.paths:
        return python_names(sources.read(f"{folder}/{name}.py"))
    inside = [path for path in sources.paths if re.fullmatch(rf"{folder}/{name}/\w+\.py", path)]
    names = set().union(*(python_names(sources.read(path)) for path in inside))
    return names - {name.partition("(")[0] for name in names if "(" in name}


def members(header: str) -> set[str]:
    """Names of methods, signals and properties in one C++ header, those that VTK's macros declare among them."""
    header = re.sub(r"//[^\n]*|/\*.*?\*/", "", header, flags=re.DOTALL)
    names = set(re.findall(r"\b([A-Za-z]\w+)\s*\(", header)) | set(re.findall(r"Q_PROPERTY\(\s*\S+\s+(\w+)", header))
    for macro, name in re.findall(r"\bvtk(\w+?)Macro\(\s*(\w+)", header):
        names |= {f"Get{name}"} if "Get" in macro else set()
        names |= {f"Set{name}"} if "Set" in macro else set()
        names |= {f"{name}On", f"{name}Off"} if "Boolean" in macro else set()
    return names


def module_names(sources: Sources) -> set[str]:
    """Names of the modules that Slicer comes with, as attributes of ``slicer.modules``."""
    folder = re.compile(r"Modules/(?:Loadable|CLI)/(\w+)/CMakeLists\.txt|Modules/Scripted/(\w+)/\2\.py")
    found = {match[1] or match[2] for path in sources.paths if (match := folder.fullmatch(path))}
    names = {name.lower() for name in found}
    # Modules put names of their own there, for example SampleData its sampleDataSources.
    for path in sources.paths:
        if re.fullmatch(r"Modules/Scripted/(\w+)/\1\.py", path):
            names |= set(re.findall(r"^\s*slicer\.modules\.(\w+)\s*=", sources.read(path), re.MULTILINE))
    return names


def main() -> None:
    """Prints the list."""
    clone, oldest, newest = sys.argv[1:]
    old, new = Sources(clone, oldest), Sources(clone, newest)
    application = set(QT_APPLICATION)
    for path in old.headers():
        if re.search(r"/qSlicer(Core)?Application\.h$", path):
            application |= members(old.read(path))
    sections = {f"slicer.{name}": python_section(old, name) for name in PYTHON}
    sections["slicer.app"] = application
    sections["slicer.modules"] = module_names(old)
    sections["slicer"] = {CLASS.search(path)[1] for path in old.headers()} | set(TOP_LEVEL) | set(PYTHON)
    old_members = set().union(*(members(old.read(path)) for path in old.headers()))
    new_members = set().union(*(members(new.read(path)) for path in new.headers()))
    # Members of one lower-case word ("loop", "scale") are left out: Python code has such names of its own.
    sections["members newer than this"] = {name for name in new_members - old_members if not name.islower()}

    print(f"# Names that Slicer {oldest} has, read from its sources by list_slicer_names.py beside this file:")
    print(f"# github.com/Slicer/Slicer {oldest} ({old.commit}); newer members from {newest} ({new.commit}).")
    for section, names in sections.items():
        print(f"\n[{section}]")
        print("\n".join(sorted(names)))


if __name__ == "__main__":
    main()
