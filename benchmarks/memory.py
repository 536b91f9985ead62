"""Peak memory of `nitido restore` as a process, for TIFF pictures of growing size.

    python benchmarks/memory.py [--megapixels 12 50 100]

The peer is the picture itself as float32, which tools that hold it whole need at least twice.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyvips

_RUN = """
import sys
from pathlib import Path
from nitido.restorer import Restorer
Restorer("denoise").file(sys.argv[1], sys.argv[2])
sys.stdout.write(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megapixels", type=int, nargs="+", default=[12, 50, 100])
    with tempfile.TemporaryDirectory() as folder:
        for megapixels in parser.parse_args().megapixels:
            side = round((megapixels * 1e6) ** 0.5)
            source = Path(folder) / f"{megapixels}.tif"
            patch = np.random.default_rng(0).integers(0, 256, (500, 500, 3), dtype=np.uint8)
            many = -(-side // 500)
            picture = pyvips.Image.new_from_array(patch).replicate(many, many)
            picture.crop(0, 0, side, side).write_to_file(str(source))
            began = time.perf_counter()
            command = [sys.executable, "-c", _RUN, str(source), str(source.with_suffix(".out.tif"))]
            peak = int(subprocess.run(command, capture_output=True, check=True).stdout) / 1e6
            whole = side * side * 3 * 4 / 1e9
            print(
                f"{megapixels:5} megapixels: peak {peak:.2f} GB, {peak / whole:.2f} times the "
                f"picture as float32, {time.perf_counter() - began:.0f} s"
            )


if __name__ == "__main__":
    main()
