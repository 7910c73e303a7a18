"""``slicer.i18n`` without dictionaries: every text comes back as it is, as in a Slicer that runs in English."""


def translate(context: str, text: str) -> str:
    """Translation of ``text`` in ``context``: the text itself."""
    return text


def tr(text: str) -> str:
    """Translation of ``text`` in the context of the calling file: the text itself."""
    if not isinstance(text, str):
        raise TypeError(f"tr() takes a str, not {type(text).__name__}")
    return text
