"""What ends a training too early, in one sentence: on the terminal and in the status, for who only sees the folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import MedNCAError
from .peak import peak_memory_gb
from .plan import Plan
from .run_folder import RunFolder

# PyTorch tells by its text alone that main memory is short.
OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory", "cannot allocate memory")
REACHED, ESTIMATED = 0.9, 0.7  # parts of what was reached and of what the plan was thought to take, which must do


@contextmanager
def told(folder: RunFolder) -> Iterator[None]:
    """Write into the status of the folder what ends the block."""
    try:
        yield
    except MedNCAError as error:
        folder.fail(str(error))
        raise
    except KeyboardInterrupt:
        folder.update(state="paused", message="Interrupted; it goes on from its last checkpoint.")
        raise
    except Exception as error:
        if is_out_of_memory(error):
            sentence = "There is not enough memory to read the cases; close other programs or train on fewer of them."
            folder.fail(sentence)
            raise MedNCAError(sentence) from error
        folder.fail(f"Training was ended by an error in the program ({type(error).__name__}: {error}).")
        raise


@contextmanager
def memory_explained(plan: Plan) -> Iterator[None]:
    """Turn running out of memory into a sentence with a plan that would fit.

    Raises:
        MedNCAError: instead of what Python or PyTorch raise.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise MedNCAError(_sentence(plan)) from error


def is_out_of_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in text for words in OUT_OF_MEMORY)
    )


def memory_advice(plan: Plan, reached_gb: float) -> str:
    """What to do when training by a plan has run out of memory: the plan that would fit, or why none does.

    Args:
        plan: the one that was too large.
        reached_gb: memory that the process had when it got no more.
    """
    limit = round(min(REACHED * reached_gb, ESTIMATED * plan.memory_bytes / 1e9), 2)
    try:
        smaller = plan.within(limit)
    except MedNCAError as error:
        return str(error)
    recipe = smaller.recipe
    again = " and what is needed twice computed twice" if recipe.recompute else ""
    return (
        f"With a memory limit of {limit:g} GB (--memory {limit:g}) it would take about"
        f" {smaller.memory_bytes / 1e9:.1f} GB, with batches of {recipe.batch} slices, patches of {recipe.patch} cells"
        f"{again}; start anew with that in another work folder."
    )


def _sentence(plan: Plan) -> str:
    reached = peak_memory_gb()
    start = f"The memory is full: this process had {reached:.1f} GB, and its plan takes about"
    return f"{start} {plan.memory_bytes / 1e9:.1f} GB. {memory_advice(plan, reached)}"
