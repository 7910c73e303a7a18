"""Work that is done a little at a time, so that the window stays alive and it can be cancelled between two steps."""

import time
from collections.abc import Iterator


class Stepwise:
    """Work from a generator, for a :class:`RunTimer` or a loop to pull. What the generator yields is its progress."""

    def __init__(self, steps: Iterator) -> None:
        self._steps = steps
        self.progress = None
        self.finished = False
        self.cancelled = False

    def advance(self, seconds: float = 0.03):
        """Work for about this long; returns the latest progress. At the end `finished` is set.

        Raises:
            MedNCAError: whatever the work met; it is over then.
        """
        until = time.perf_counter() + seconds
        try:
            while not self.finished:
                self.progress = next(self._steps)
                if time.perf_counter() >= until:
                    break
        except StopIteration:
            self.finished = True
        except BaseException:
            self.finished = True
            raise
        return self.progress

    def cancel(self) -> None:
        """Stop; the generator puts away what it has begun. Work that has ended is left as it is."""
        if not self.finished:
            self.finished = self.cancelled = True
            self._steps.close()

    def complete(self) -> None:
        """Do all of it in one go, for scripts."""
        while not self.finished:
            self.advance(1.0)
