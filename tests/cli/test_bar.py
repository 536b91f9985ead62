"""The bar shows itself on a terminal only, and lines stay whole beside it."""

import io
import sys

import pytest

from nitido.cli._bar import Bar, printable


class Terminal(io.StringIO):
    """What a terminal was sent."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Put a terminal in the place of stderr, from the call on."""

    def make():
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return make


def test_a_terminal_sees_the_bar_and_the_lines(terminal):
    stream = terminal()
    with Bar() as bar:
        bar.begin("[red]files[/]", 4)
        bar.show(2)
        bar.one_more()
        bar.say("a [b] line")
    shown = stream.getvalue()
    assert "[red]files[/]" in shown  # names are no markup
    assert "3/4" in shown
    assert "a [b] line" in shown


def test_bytes_come_with_their_speed(terminal):
    stream = terminal()
    with Bar(of_bytes=True) as bar:
        bar.begin("a set", 2_000_000)
        bar.show(1_000_000)
    assert "1.0/2.0 MB" in stream.getvalue()


def test_elsewhere_only_lines_are_written(capsys):
    with Bar() as bar:
        bar.begin("files", 2)
        bar.show(1)
        bar.one_more()
        bar.say("done\x1b[2J")
    assert capsys.readouterr().err == "done\\x1b[2J\n"


def test_a_hidden_bar_stays_hidden(terminal):
    stream = terminal()
    with Bar(hidden=True) as bar:
        bar.begin("files", 2)
        bar.show(1)
        bar.say("a line")
    assert stream.getvalue() == "a line\n"


def test_after_a_bar_has_left_nothing_moves(terminal):
    stream = terminal()
    with Bar() as bar:
        bar.begin("files", 2)
        bar.leave()
        bar.show(2)
        bar.one_more()
    assert "2/2" not in stream.getvalue()


def test_names_cannot_move_the_cursor():
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert printable("a\x1b[2J\n", ascii_only) == "a\\x1b[2J\\n"
    assert printable("ñ", ascii_only) == "\\xf1"
