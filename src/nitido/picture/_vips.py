"""The one place that sets libvips up: trusted decoders only, a small cache, quiet logs."""

import logging

import pyvips

logging.getLogger("pyvips").addHandler(logging.NullHandler())

# Formats outside the allow-list never reach a decoder, whatever a file claims to be.
pyvips.block_untrusted_set(True)
# Reading rows back from our own spool file is the one exception: it is never chosen by content.
pyvips.operation_block_set("VipsForeignLoadRaw", False)
# Results are used once, so a cache would only keep pictures in memory.
pyvips.cache_set_max(0)
pyvips.cache_set_max_mem(0)
pyvips.cache_set_max_files(0)

VipsError: type[Exception] = pyvips.Error


def sentence(error: Exception) -> str:
    """Return the reason inside a libvips error in one line, each line of it once."""
    lines = str(error).replace("\r", "\n").split("\n")
    kept = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(kept) > 1:
        kept = kept[1:]  # the first line only repeats which operation failed
    return "; ".join(kept)[:300] or "unknown reason"


__all__ = ["VipsError", "pyvips", "sentence"]
