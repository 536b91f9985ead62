"""Why a file was not worked on, in words for the person who named it."""

from nitido.errors import NitidoError


def reason_of(error: Exception) -> str:
    """Say in one line, without the name of a class, what happened."""
    if isinstance(error, MemoryError):
        return "not enough memory; a smaller --tile needs less"
    if isinstance(error, OSError) and error.strerror:
        name = "" if error.filename is None else f": {error.filename}"
        text = f"{error.strerror}{name}"
    elif isinstance(error, NitidoError):
        text = str(error)
    else:
        text = f"unexpected {type(error).__name__}: {error}"
    return " ".join(text.split()) or type(error).__name__
