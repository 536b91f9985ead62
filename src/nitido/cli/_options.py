"""Options that several commands share, so that they read and work alike."""

from pathlib import Path
from typing import Annotated

import typer

Root = Annotated[
    Path | None, typer.Option("--data", help="Root of the image sets; else $NITIDO_DATA.")
]
Engine = Annotated[str, typer.Option(help="openvino or torch, in fp32.")]
Sigma = Annotated[
    float | None,
    typer.Option(min=0, max=255, help="Tell this noise level instead of the suite's."),
]
JsonLines = Annotated[bool, typer.Option("--json", help="JSON objects, one a line, on stdout.")]
OneJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
