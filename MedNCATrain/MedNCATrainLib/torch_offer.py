"""What training needs and Slicer does not bring along: whether it is there, and how a person gets it when they want to.

Nothing is downloaded or installed before a button was pressed and a question answered.
"""

import importlib
import importlib.metadata
import importlib.util
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import slicer
from mednca import MedNCAError
from slicer.i18n import tr as _

EXTENSION, EXTENSION_MODULE = "PyTorch", "PyTorchUtils"
# Slicer's own, and what the PyTorch extension has chosen for this computer; replaced by others, they fail.
KEPT = {"numpy", "simpleitk", "torch"}


@dataclass(frozen=True)
class Offer:
    """Something that is missing.

    Attributes:
        sentence: what is missing.
        button: text of the button that gets it.
        install: asks, gets it while the window waits, and returns what to say about it; empty when the person does not
            want it. Raises MedNCAError when it did not work; Slicer's log has the details.
    """

    sentence: str
    button: str
    install: Callable[[], str]


def offer(artefacts: bool) -> Offer | None:
    """What is missing to train; None when nothing is. Looks only, and imports nothing.

    Args:
        artefacts: whether the plan simulates artefacts of MRI.
    """
    if not _isThere("torch"):
        if _isThere(EXTENSION_MODULE):
            return Offer(
                _("Training needs PyTorch, which is not installed yet; it is a large download."),
                _("Install PyTorch..."),
                _installTorch,
            )
        return Offer(
            _("Training needs PyTorch, which Slicer gets by its PyTorch extension."),
            _("Install the PyTorch extension..."),
            _installExtension,
        )
    if artefacts and not _isThere("torchio"):
        return Offer(
            _("The plan's artefacts need TorchIO, which is not installed yet; without it, set them to 0 in the plan."),
            _("Install TorchIO..."),
            _installTorchio,
        )
    return None


def isTorchThere() -> bool:
    """Whether PyTorch is installed; it is not imported."""
    return _isThere("torch")


def _installTorch() -> str:
    with _telling("PyTorch"):
        # It chooses the build for this computer's graphics card, and asks.
        importlib.import_module(EXTENSION_MODULE).PyTorchUtilsLogic().installTorch(askConfirmation=True)
    return _("PyTorch is installed.") if _isThere("torch") else ""


def _installExtension() -> str:
    # Slicer can be built without it.
    if not hasattr(slicer.app, "extensionsManagerModel"):
        raise MedNCAError(
            _("This Slicer has no Extensions Manager; install PyTorch in its Python console: pip_install('torch').")
        )
    # Slicer asks by itself, and offers to restart.
    model = slicer.app.extensionsManagerModel()
    with _telling(_("The PyTorch extension")):
        if model.isExtensionInstalled(EXTENSION) or model.installExtensionFromServer(EXTENSION):
            return _("The PyTorch extension is installed; restart Slicer to go on.")
    return ""


def _installTorchio() -> str:
    question = _("TorchIO will be downloaded and installed into Slicer's Python. Go on?")
    if not slicer.util.confirmOkCancelDisplay(question):
        return ""
    with _telling("TorchIO"):
        slicer.util.pip_install("--no-deps torchio")
        needed = " ".join(_missing("torchio"))
        if needed:
            slicer.util.pip_install(needed)
    return _("TorchIO is installed.") if _isThere("torchio") else ""


def _missing(package: str) -> list[str]:
    """Names of the packages that one needs at least and that are not installed."""
    names = []
    for requirement in importlib.metadata.requires(package) or ():
        name = re.match(r"[\w.-]+", requirement)[0]
        if "extra ==" in requirement or name.lower() in KEPT:
            continue
        try:
            importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            names.append(name)
    return names


@contextmanager
def _telling(what: str) -> Iterator[None]:
    """Turns whatever an installation meets into one sentence."""
    try:
        yield
    except Exception as problem:
        logging.error("MedNCATrain: installation failed", exc_info=problem)
        raise MedNCAError(
            _("{what} could not be installed ({kind}); Slicer's log has the details.").format(
                what=what, kind=type(problem).__name__
            )
        ) from problem
    finally:
        importlib.invalidate_caches()


def _isThere(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
