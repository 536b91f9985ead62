"""Small image sets, and a candidate whose work is counted."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from nitido.picture import Picture, write


@pytest.fixture
def make_set(tmp_path, photograph):
    """Write a set of small photographs under a root and return the root."""

    def make(name, count=4, size=(24, 28), channels=1, suffix=".png"):
        folder = tmp_path / name
        folder.mkdir(parents=True, exist_ok=True)
        for seed in range(count):
            pixels = np.round(photograph(*size, channels, seed=seed) * 255) / np.float32(255)
            write(Picture(pixels), folder / f"{seed:02}{suffix}")
        return tmp_path

    return make


class Darker:
    """A restorer that makes pictures darker, and gives up at a call if it is told to."""

    name = "darker"
    weights_hash = None
    card = None
    engine = None
    packages = ()
    changes = True

    def __init__(self, fails_at=None, **told):
        self.told = told
        self.calls = 0
        self.fails_at = fails_at

    def __call__(self, lq):
        self.calls += 1
        if self.calls == self.fails_at:
            raise KeyboardInterrupt
        return lq * np.float32(0.9)


@pytest.fixture
def darker():
    return Darker


VOID = {"meta", "img", "br", "input"}
FOREIGN = re.compile(r"url\(|@import|https?://")


class Page(HTMLParser):
    """A report, held against what HTML demands: every tag is closed where it belongs."""

    def __init__(self, text):
        super().__init__()
        self.source = text
        self.text = ""
        self.count = {}
        self.images = []
        self._open = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1
        for key, value in attrs:
            assert key not in ("src", "srcset", "href", "action") or value.startswith("data:")
        if tag == "img":
            self.images.append(dict(attrs))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self._open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if self._open and self._open[-1] not in ("style", "script"):
            self.text += data + " "


@pytest.fixture
def read_page():
    """Read a report, which must be sound HTML and need nothing but itself."""

    def read(file):
        text = file.read_text("utf-8")
        assert text.startswith("<!doctype html>\n<!-- a report of nitido -->\n<html lang=")
        assert FOREIGN.findall(text) == []
        return Page(text)

    return read
