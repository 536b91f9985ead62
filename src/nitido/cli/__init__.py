"""The command ``nitido``: one file per verb, each ending in ``PUBLIC = verb``.

Heavy imports stay inside the verbs, so that ``nitido --help`` answers at once.
"""

import sys
from typing import Annotated, NoReturn

import typer

from nitido import __version__, catalog
from nitido.errors import NitidoError

_USAGE, _INTERRUPTED = 2, 130


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"nitido {__version__}\n")
        raise typer.Exit


def _nitido(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Restore damaged pictures with neural networks; train, compare and prove them."""


def build() -> typer.Typer:
    """Return the command with every verb of the room."""
    from nitido import cli

    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_nitido)
    for name in catalog.names(cli):
        app.command(name)(catalog.find(cli, name))
    return app


def main() -> NoReturn:
    """Run the command; errors made on purpose become one sentence and exit code 2."""
    try:
        code = build()(standalone_mode=False)
    except NitidoError as error:
        sys.stderr.write(f"nitido: {error}\n")
        sys.exit(_USAGE)
    except KeyboardInterrupt:
        sys.stderr.write("nitido: interrupted\n")
        sys.exit(_INTERRUPTED)
    except Exception as error:
        if show := getattr(error, "show", None):  # a wrong option: the parser says which
            show()
            sys.exit(getattr(error, "exit_code", _USAGE))
        raise
    sys.exit(code if isinstance(code, int) else 0)
