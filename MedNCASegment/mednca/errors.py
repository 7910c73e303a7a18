"""The one exception type that users of the core can meet."""


class MedNCAError(Exception):
    """A problem that the user can act on; the message is one sentence that says what to do."""
