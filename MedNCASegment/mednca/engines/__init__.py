"""Engines run a rule on batches of cells: `numpy` needs nothing else, `torch` serves GPUs."""

from __future__ import annotations

from ..errors import MedNCAError
from .numpy_engine import NumpyEngine

DEVICES = ("cpu", "cuda", "mps", "xpu")  # of PyTorch


def make_engine(name: str = "auto", device: str | None = None):
    """Choose an engine.

    Args:
        name: "numpy", "torch", or "auto": torch when a GPU is asked for, else numpy.
        device: "cpu" or "cuda" (or another torch device); None leaves it to the engine.

    Raises:
        MedNCAError: no such engine, torch is not installed, or the device is not there.
    """
    if name not in ("auto", "numpy", "torch"):
        raise MedNCAError(f"There is no engine '{name}'; choose auto, numpy or torch.")
    if device is not None and device.partition(":")[0] not in DEVICES:
        raise MedNCAError(f"There is no device '{device}'; choose cpu or cuda.")
    if name == "auto":
        name = "numpy" if device in (None, "cpu") else "torch"
    if name == "numpy":
        if device not in (None, "cpu"):
            raise MedNCAError(f"The numpy engine runs on the CPU only; choose the torch engine for '{device}'.")
        return NumpyEngine()
    try:
        from .torch_engine import TorchEngine
    except (ImportError, OSError) as error:  # OSError: a library of PyTorch's does not load
        raise MedNCAError("The torch engine needs PyTorch, which is not installed; use --engine numpy.") from error
    return TorchEngine(device or "cpu")
