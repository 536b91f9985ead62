"""``nitido doctor``: what will be used on this machine, and why."""


def doctor() -> int:
    """Say which engines, precisions and formats work here; restore a small picture as a proof."""
    import platform
    import sys
    import time
    from importlib.metadata import PackageNotFoundError, version

    import numpy as np

    from nitido import __version__, catalog, engines, weights
    from nitido.errors import NitidoError
    from nitido.picture import Policy
    from nitido.restorer import Restorer

    def say(what: str, text: str) -> None:
        sys.stdout.write(f"{what:12} {text}\n")

    say("nitido", f"{__version__}, Python {platform.python_version()}, {platform.platform()}")
    for package in ("numpy", "openvino", "pyvips", "pillow", "torch", "lightning"):
        try:
            say(package, version(package))
        except PackageNotFoundError:
            say(package, "not installed (only training and --engine torch need it)")
    say("reads", ", ".join(Policy().formats))
    say("weights", ", ".join(weights.names()) or "none")
    healthy = bool(weights.names())
    lq = np.random.default_rng(0).random((256, 256, 3), dtype=np.float32)
    for engine in catalog.names(engines):
        try:
            restorer = Restorer(weights.names()[0], engine=engine)
            restorer(lq)
            began = time.perf_counter()
            restorer(lq)
            speed = lq.shape[0] * lq.shape[1] / 1e6 / (time.perf_counter() - began)
            say(engine, f"works, {restorer.precision}, {speed:.1f} megapixels per second")
        except (NitidoError, IndexError) as error:
            say(engine, f"does not work: {error}")
            healthy = healthy and engine != "openvino"
    return 0 if healthy else 1


PUBLIC = doctor
