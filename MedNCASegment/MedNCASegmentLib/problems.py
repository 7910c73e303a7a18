"""Problems as one sentence."""

import logging

from mednca import MedNCAError
from slicer.i18n import tr as _


def problemText(problem: Exception) -> str:
    """What to say of a problem; what nobody foresaw goes to the log with its details."""
    if isinstance(problem, MedNCAError):
        return str(problem)
    if isinstance(problem, MemoryError):
        return _("There is not enough memory; close other scans or programs.")
    logging.error("MedNCA: unexpected problem", exc_info=problem)
    return _("Something unexpected went wrong ({kind}); Slicer's log has the details.").format(
        kind=type(problem).__name__
    )
