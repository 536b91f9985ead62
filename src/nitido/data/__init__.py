"""Image sets: where they are, which pictures they hold, and the patches cut from them."""

from nitido.data.folders import locate, pairs, pictures, root
from nitido.data.patches import Patches, Sample

__all__ = ["Patches", "Sample", "locate", "pairs", "pictures", "root"]
