"""Adds names to the ``slicer`` package, and never replaces one."""

import sys
import types


def add(namespace: types.ModuleType, name: str, value) -> None:
    """Adds a name that the namespace lacks; RuntimeError where it exists, because nothing real is ever replaced."""
    if hasattr(namespace, name):
        raise RuntimeError(f"{namespace.__name__}.{name} exists already: the stand-in host must not replace it")
    setattr(namespace, name, value)


def addPackage(name: str, module: types.ModuleType) -> None:
    """Makes ``module`` importable as ``slicer.<name>``."""
    import slicer

    add(slicer, name, module)
    sys.modules[f"slicer.{name}"] = module
