"""The one place that sets libvips up: trusted decoders only, a small cache, quiet logs."""

import logging

import pyvips

logging.getLogger("pyvips").addHandler(logging.NullHandler())

# Formats outside the allow-list never reach a decoder, whatever a file claims to be.
pyvips.block_untrusted_set(True)
# Results are used once, so a cache would only keep pictures in memory.
pyvips.cache_set_max(0)
pyvips.cache_set_max_mem(0)
pyvips.cache_set_max_files(0)

VipsError: type[Exception] = pyvips.Error


def sentence(error: Exception) -> str:
    """Return the reason inside a libvips error in one line, each line of it once."""
    lines = [line.strip() for line in str(error).replace("\r", "\n").split("\n")]
    # The first line only repeats which operation failed; probing beyond the end is no reason.
    kept = [line for line in lines[1:] if line and "bad seek" not in line]
    return "; ".join(dict.fromkeys(kept[-2:]))[:300] or lines[0] or "unknown reason"


__all__ = ["VipsError", "pyvips", "sentence"]
