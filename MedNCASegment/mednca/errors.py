"""The one exception type that users of the core can meet, and the kind of it that is told apart."""


class MedNCAError(Exception):
    """A problem that the user can act on; the message is one sentence that says what to do."""


class DiskFullError(MedNCAError):
    """There is no space left, or no more of it for this user."""
