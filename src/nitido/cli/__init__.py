"""The command ``nitido``: one file per verb, each ending in ``PUBLIC = verb``.

Heavy imports stay inside the verbs, so that ``nitido --help`` answers at once.
"""

import logging
import sys
from contextlib import suppress
from typing import Annotated, NoReturn

import typer

from nitido import __version__, catalog
from nitido.errors import NitidoError

_UNEXPECTED, _USAGE, _INTERRUPTED = 1, 2, 130

_log = logging.getLogger(__name__)


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

    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help takes half the time
    )
    app.callback()(_nitido)
    for name in catalog.names(cli):
        verb = catalog.find(cli, name)
        if isinstance(verb, typer.Typer):  # a verb with words of its own
            app.add_typer(verb, name=name)
        else:
            app.command(name)(verb)
    return app


def main() -> NoReturn:
    """Run the command; errors made on purpose become one sentence and exit code 2.

    Everything else that goes wrong becomes one sentence and exit code 1; its traceback goes to
    the log at level DEBUG.
    """
    try:
        code = build()(standalone_mode=False)
        sys.stdout.flush()
    except NitidoError as error:
        _stop(str(error), _USAGE)
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except Exception as error:
        if show := getattr(error, "show", None):  # a wrong option: the parser says which
            show()
            sys.exit(getattr(error, "exit_code", _USAGE))
        _log.debug("unexpected", exc_info=True)
        if isinstance(error, OSError):
            with suppress(OSError):  # what could not be written would be tried once more at exit
                sys.stdout.close()
            _stop(f"{error.strerror or error}.", _UNEXPECTED)
        _stop(f"unexpected {type(error).__name__}: {error}", _UNEXPECTED)
    if code == _INTERRUPTED:
        sys.stderr.write("nitido: interrupted\n")
    sys.exit(code if isinstance(code, int) else 0)


def _stop(reason: str, code: int) -> NoReturn:
    sys.stderr.write(f"nitido: {' '.join(reason.split())}\n")
    sys.exit(code)
