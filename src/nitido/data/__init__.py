"""Image sets: where they are, which pictures they hold, and the patches cut from them."""

from nitido.data._member import Member, Source
from nitido.data._places import root
from nitido.data.folders import (
    folder_pairs,
    folder_pictures,
    listed,
    locate,
    paired,
    pairs,
    pictures,
)
from nitido.data.patches import Patches, Sample

__all__ = [
    "Member",
    "Patches",
    "Sample",
    "Source",
    "folder_pairs",
    "folder_pictures",
    "listed",
    "locate",
    "paired",
    "pairs",
    "pictures",
    "root",
]
