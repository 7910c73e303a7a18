"""Why a run may have ended without saying so."""

from pathlib import Path

from mednca import MedNCAError
from mednca.training.failing import memory_advice
from mednca.training.plan import Plan

from .computer import memoryGB
from .run_files import Status

SUSPICIOUS = 0.4  # part of the computer's memory from which on its end may have been the system's doing


def memoryAdvice(folder: Path, status: Status | None) -> str:
    """The plan that would fit when a process took so much memory that the system may have ended it; else empty."""
    if status is None or status.memoryGB is None or status.memoryGB < SUSPICIOUS * memoryGB():
        return ""
    try:
        plan = Plan.from_json((folder / "plan.json").read_text(encoding="utf-8"))
        return memory_advice(plan, status.memoryGB)
    except (OSError, MedNCAError):
        return ""
