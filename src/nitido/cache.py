"""Where things are kept that can be made again: compiled networks, the rows of a bench."""

import os
from pathlib import Path

from platformdirs import user_cache_path


def cache_folder() -> Path:
    """Return ``$NITIDO_CACHE``, or the user's own cache folder; it may not exist yet."""
    return Path(os.environ.get("NITIDO_CACHE") or user_cache_path("nitido", appauthor=False))
