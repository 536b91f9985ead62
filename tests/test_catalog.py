"""The catalog finds what a folder offers, and its errors say what to do."""

import inspect
import sys
from textwrap import dedent

import pytest

from nitido import catalog, errors
from nitido.errors import MissingExtraError, NitidoError, SettingError, UnknownNameError

FILES = {
    "__init__.py": "",
    "_private.py": "raise RuntimeError('nobody asked for this file')",
    "broken.py": "import no_such_package_at_all",
    "heavy.py": "from torch import nn",
    "median.py": """
        from dataclasses import dataclass
        from typing import ClassVar

        @dataclass(frozen=True)
        class Median:
            size: int = 3
            sides: tuple = (1, 2)
            VARIANTS: ClassVar = {"median5": {"size": 5}, "median_wide": {"sides": (8, 9)}}

            def __post_init__(self):
                if self.size < 1:
                    raise ValueError(f"size is {self.size}; it must be 1 or more")

        PUBLIC = Median
        """,
    "wiener.py": "def wiener(*, power):\n    return power\n\nPUBLIC = wiener",
}


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A room with four files to offer; one lacks a package, one lacks PyTorch."""
    folder = tmp_path / "filters"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(dedent(text))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    import filters  # type: ignore[import-not-found]

    yield filters
    for name in [n for n in sys.modules if n.partition(".")[0] == "filters"]:
        del sys.modules[name]


def test_names_are_sorted_and_nothing_is_imported(room):
    assert catalog.names(room) == ["broken", "heavy", "median", "wiener"]
    assert not [n for n in sys.modules if n.startswith("filters.")]


def test_find_gives_what_the_file_offers(room):
    assert catalog.find(room, "median").__name__ == "Median"
    assert catalog.find(room, "median") is catalog.find(room, "median")


def test_an_unknown_name_gets_the_nearest_proposed(room):
    with pytest.raises(UnknownNameError, match=r"^No filter 'medain'; try median\.$"):
        catalog.find(room, "medain")
    with pytest.raises(UnknownNameError, match="there are broken, heavy, median, wiener"):
        catalog.find(room, "zzz")


@pytest.mark.parametrize("name", ["_private", "", "median.Median", "../median", "__init__"])
def test_private_and_strange_names_are_unknown(room, name):
    with pytest.raises(UnknownNameError):
        catalog.find(room, name)


def test_a_missing_torch_names_the_extra(room):
    with pytest.raises(MissingExtraError, match=r"The filter heavy .*'nitido\[train\]'"):
        catalog.find(room, "heavy")


def test_any_other_missing_package_is_not_hidden(room):
    with pytest.raises(ModuleNotFoundError, match="no_such_package_at_all") as caught:
        catalog.find(room, "broken")
    assert not isinstance(caught.value, NitidoError)


def test_build_takes_settings_and_freezes_lists(room):
    built = catalog.build(room, "median", size=5, sides=[1, [2, 3]])
    assert (built.size, built.sides) == (5, (1, (2, 3)))
    assert catalog.build(room, "wiener", power=2) == 2


@pytest.mark.parametrize(
    ("name", "given", "text"),
    [
        ("median", {"sizes": 3}, "filter median: unknown setting 'sizes'; it has size, sides."),
        ("median", {"size": 0}, "filter median: size is 0; it must be 1 or more"),
        ("wiener", {}, "filter wiener: .*power"),
    ],
)
def test_wrong_settings_say_which_and_what_there_is(room, name, given, text):
    with pytest.raises(SettingError, match=text):
        catalog.build(room, name, **given)


def test_variants_are_built_like_files_and_settings_win(room):
    assert catalog.build(room, "median5").size == 5
    assert catalog.build(room, "median_wide").sides == (8, 9)
    assert catalog.build(room, "median5", size=7).size == 7
    assert catalog.from_spec(room, {"name": "median5", "sides": [3, 4]}).sides == (3, 4)


def test_the_file_of_a_variant_is_known_without_importing_it(room):
    assert catalog.home(room, "median_wide") == catalog.home(room, "median") == "median"
    assert not [n for n in sys.modules if n.startswith("filters.")]


def test_an_unknown_variant_gets_the_nearest_proposed(room):
    with pytest.raises(UnknownNameError, match=r"^No filter 'median_wade'; try median_wide\.$"):
        catalog.build(room, "median_wade")
    with pytest.raises(UnknownNameError, match="No filter 'wiener5'"):
        catalog.build(room, "wiener5")
    with pytest.raises(UnknownNameError, match="try median"):
        catalog.build(room, "medians")


def test_from_spec_reads_the_form_of_recipes(room):
    spec = {"name": "median", "size": 7}
    assert catalog.from_spec(room, spec).size == 7
    assert spec == {"name": "median", "size": 7}
    with pytest.raises(SettingError, match="filter: the key 'name' is missing"):
        catalog.from_spec(room, {"size": 7})


CHILDREN = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Exception) and kind.__module__ == errors.__name__
]


@pytest.mark.parametrize("kind", CHILDREN, ids=lambda kind: kind.__name__)
def test_every_error_is_a_nitido_error(kind):
    assert issubclass(kind, NitidoError)
    assert kind.__name__.endswith("Error")


def test_errors_can_be_caught_as_what_they_are_in_python():
    assert issubclass(UnknownNameError, LookupError)
    assert issubclass(SettingError, ValueError)
    assert issubclass(MissingExtraError, ImportError)
    for kind in (errors.UnreadableError, errors.RefusedError, errors.UnwritableError):
        assert issubclass(kind, errors.PictureError)


def test_an_empty_table_is_said_to_be_empty():
    assert str(UnknownNameError("task", "blur", [])) == "No task 'blur'; there are none."
