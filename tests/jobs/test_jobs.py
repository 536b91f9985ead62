"""Jobs: which files go in, where results go, and that one bad file never stops the rest."""

import json
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nitido.errors import SettingError, UnreadableError
from nitido.jobs import (
    Entry,
    Outcome,
    assign,
    comparison,
    destination,
    exit_code,
    expand,
    is_folder,
    run,
)

LONG = "照" * 83 + "ab.png"  # 255 bytes
HARD_NAMES = ["good one, ñ 照片.png", "-o.png", "new\nline.jpg", "😀.webp", "שלום.tif", LONG]


def touch(*paths):
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(entries):
    return [str(entry.relative) for entry in entries]


def ok(entry):
    return Outcome(str(entry.path), str(entry.output))


# --- which files go in


def test_a_folder_gives_its_pictures_in_order_and_nothing_else(tmp_path):
    touch(*(tmp_path / n for n in ("b.PNG", "a.jpg", "c.jpeg", "d.tif", "e.webp", "f.avif")))
    touch(
        *(tmp_path / n for n in ("notes.txt", "svg.svg", "Thumbs.db", "desktop.ini", "a.jpg.xmp"))
    )
    touch(*(tmp_path / n for n in (".DS_Store", "._a.jpg", ".hidden.png")))
    touch(*(tmp_path / n for n in ("a.restored.jpg", "A.Restored.PNG", "a.compare.png")))
    touch(tmp_path / "sub" / "deep.png")
    assert names(expand([tmp_path])) == ["a.jpg", "b.PNG", "c.jpeg", "d.tif", "e.webp", "f.avif"]


def test_recursion_mirrors_the_tree_and_passes_over_junk_folders(tmp_path):
    touch(*(tmp_path / n for n in ("z.png", "sub/a.png", "sub/deep/b.png", "@eaDir/a.png")))
    touch(*(tmp_path / n for n in ("__MACOSX/a.png", ".git/a.png")))
    assert names(expand([tmp_path], True)) == ["z.png", "sub/a.png", "sub/deep/b.png"]
    assert names(expand([tmp_path])) == ["z.png"]


def test_what_is_broken_is_an_entry_so_that_it_gets_reported(tmp_path):
    (tmp_path / "broken.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    (tmp_path / "dir.jpg").mkdir()
    touch(tmp_path / "dir.jpg" / "inside.png")
    os.mkfifo(tmp_path / "pipe.png")
    entries = expand([tmp_path])
    assert names(entries) == ["broken.png", "dir.jpg", "loop.png", "pipe.png"]
    assert [e.problem for e in entries] == [None, "it is a folder, not a picture", None, None]


def test_a_folder_named_like_a_picture_is_searched_with_recursive(tmp_path):
    touch(tmp_path / "album.jpg" / "inside.png")
    (tmp_path / "empty.jpg").mkdir()
    assert names(expand([tmp_path], True)) == ["album.jpg/inside.png", "empty.jpg"]


def test_loops_of_folders_end(tmp_path):
    touch(tmp_path / "sub" / "a.png")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert names(expand([tmp_path], True)) == ["sub/a.png"]


def test_a_link_to_a_folder_may_be_named(tmp_path):
    touch(tmp_path / "real" / "a.png")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert expand([tmp_path / "link"]) == [Entry(tmp_path / "link" / "a.png", tmp_path / "link")]


def test_what_is_named_is_always_an_entry(tmp_path):
    touch(tmp_path / "a.restored.jpg", tmp_path / ".hidden", tmp_path / "raw.svg")
    given = [tmp_path / n for n in ("a.restored.jpg", ".hidden", "raw.svg", "missing.png")]
    given.append(tmp_path / ("n" * 300 + ".png"))
    assert expand(given) == [Entry(path) for path in given]


def test_nothing_is_done_twice(tmp_path, monkeypatch):
    touch(tmp_path / "a.png", tmp_path / "b.png")
    monkeypatch.chdir(tmp_path)
    entries = expand(["b.png", ".", "./a.png", tmp_path, "*.png"])
    assert [str(e.path) for e in entries] == ["b.png", "a.png"]


def test_patterns_that_the_shell_left_alone(tmp_path):
    touch(*(tmp_path / n for n in ("a.png", "b.jpg", "c.txt", "x/d.png", "x/y/e.png")))
    touch(tmp_path / "a.restored.png")
    assert names(expand([tmp_path / "*.png"])) == ["a.png"]
    assert names(expand([tmp_path / "?.*"])) == ["a.png", "b.jpg"]
    assert names(expand([f"{tmp_path}/**/*.png"])) == ["a.png", "x/d.png", "x/y/e.png"]
    assert names(expand([tmp_path / "*"])) == ["a.png", "b.jpg", "x/d.png"]
    (entry,) = expand([tmp_path / "*.bmp"])
    assert "nothing matches" in entry.problem


def test_brackets_in_names_are_no_pattern(tmp_path):
    touch(tmp_path / "a[1].png", tmp_path / "a1.png", tmp_path / "in [2]" / "b.png")
    assert names(expand([tmp_path / "a[1].png"])) == ["a[1].png"]
    assert names(expand([tmp_path / "in [2]" / "*.png"])) == ["b.png"]


def test_an_output_folder_inside_the_input_is_not_searched(tmp_path):
    touch(tmp_path / "a.png", tmp_path / "out" / "a.png", tmp_path / "more" / "b.png")
    assert names(expand([tmp_path], True, output=tmp_path / "out")) == ["a.png", "more/b.png"]
    assert names(expand([tmp_path], True, output=tmp_path)) == ["a.png", "more/b.png", "out/a.png"]


def test_a_folder_that_cannot_be_listed_is_reported(tmp_path, monkeypatch):
    touch(tmp_path / "a.png", tmp_path / "locked" / "b.png")
    listed = Path.iterdir

    def refuse(self):
        if self.name == "locked":
            raise PermissionError(13, "Permission denied", str(self))
        return listed(self)

    monkeypatch.setattr(Path, "iterdir", refuse)
    good, bad = expand([tmp_path], True)
    assert good.problem is None
    assert bad.problem.startswith("Permission denied")


@pytest.mark.parametrize("name", HARD_NAMES)
def test_hard_names_survive_the_whole_way(tmp_path, name):
    touch(tmp_path / "in" / name)
    (entry,) = assign(expand([tmp_path / "in"]), tmp_path / "out")
    assert entry.output == tmp_path / "out" / name
    (entry,) = assign(expand([tmp_path / "in" / name]))
    entry.output.write_bytes(b"y")
    assert entry.output.parent == tmp_path / "in"
    assert entry.output.name.endswith(".restored" + Path(name).suffix)
    comparison(entry.output).write_bytes(b"z")
    assert names(expand([tmp_path / "in"])) == [name]
    (outcome,) = run([entry], ok)
    assert json.loads(outcome.to_json())["input"] == str(entry.path)


def test_names_that_are_no_unicode(tmp_path):
    file = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    touch(file)
    (entry,) = assign(expand([tmp_path]))
    assert os.fsencode(entry.output.name) == b"caf\xe9.restored.jpg"
    (outcome,) = run([entry], ok)
    outcome.to_json().encode("ascii")


# --- where results go


def test_beside_the_input_by_default():
    assert destination(Entry(Path("a/b.c.jpg"))) == Path("a/b.c.restored.jpg")
    assert destination(Entry(Path("a/noext"))) == Path("a/noext.restored")
    assert comparison(Path("a/b.restored.jpg")) == Path("a/b.restored.compare.png")


def test_a_file_or_a_folder(tmp_path):
    one = [Entry(Path("x/a.png"))]
    found = [Entry(Path("x/a.png"), Path("x"))]
    assert not is_folder(tmp_path / "new.png", one)
    assert is_folder(tmp_path, one)
    assert is_folder(f"{tmp_path}/new/", one)
    assert is_folder(tmp_path / "new", one * 2)
    assert is_folder(tmp_path / "new", found)
    assert assign(one, tmp_path / "new.jpg")[0].output == tmp_path / "new.jpg"
    assert assign(one, tmp_path)[0].output == tmp_path / "a.png"
    touch(tmp_path / "file.png")
    assert not is_folder(tmp_path / "file.png", one)
    with pytest.raises(SettingError, match="is a file"):
        assign(one * 2, tmp_path / "file.png")


def test_same_names_from_two_places_are_told_apart(tmp_path):
    entries = [Entry(Path(p)) for p in ("x/a.png", "y/A.PNG", "z/a.png", "w/a-2.png")]
    outputs = [e.output.name for e in assign(entries, tmp_path)]
    assert outputs == ["a.png", "A-3.PNG", "a-4.png", "a-2.png"]


def test_accents_in_two_forms_are_the_same_name(tmp_path):
    both = [unicodedata.normalize(form, "é.png") for form in ("NFC", "NFD")]
    entries = assign([Entry(Path(n)) for n in both], tmp_path)
    assert entries[0].output.name == both[0]
    assert entries[1].output.name not in both


def test_long_names_that_are_cut_to_the_same_stay_apart(tmp_path):
    entries = [Entry(tmp_path / ("n" * 250 + f"{i}.png")) for i in range(3)]
    outputs = [e.output.name for e in assign(entries)]
    assert len(set(outputs)) == 3
    assert all(len(os.fsencode(name)) <= 255 for name in outputs)


def test_the_input_is_not_replaced_unless_asked(tmp_path):
    touch(tmp_path / "a.png", tmp_path / "b.png")
    entries = expand([tmp_path])
    assert all("replace its input" in e.problem for e in assign(entries, tmp_path))
    assert all(e.problem is None for e in assign(entries, tmp_path, overwrite=True))
    (tmp_path / "link").symlink_to(tmp_path)
    assert all("replace its input" in e.problem for e in assign(entries, tmp_path / "link"))
    (one,) = assign([Entry(tmp_path / "a.png")], tmp_path / "a.png")
    assert "--overwrite" in one.problem


def test_another_input_is_never_replaced(tmp_path):
    touch(tmp_path / "x" / "a.png", tmp_path / "a.png")
    entries = expand([tmp_path / "x" / "a.png", tmp_path / "a.png"])
    first, second = assign(entries, tmp_path, overwrite=True)
    assert "another input" in first.problem
    assert second.output.name == "a-2.png"
    touch(tmp_path / "a.restored.png")
    first, _ = assign(expand([tmp_path / "a.png", tmp_path / "a.restored.png"]), overwrite=True)
    assert "another input" in first.problem


FILE = st.text(st.sampled_from("aAé照-2."), min_size=1, max_size=90).map(lambda s: "n" + s + ".png")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from("xyz"), FILE), min_size=1, max_size=12, unique=True))
def test_no_two_results_ever_share_a_name(files):
    entries = [Entry(Path("/in") / folder / name) for folder, name in files]
    for output in (None, "/out/"):
        assigned = assign(entries, output)
        assert [e.path for e in assigned] == [e.path for e in entries]
        outputs = [unicodedata.normalize("NFC", str(e.output)).casefold() for e in assigned]
        assert len(set(outputs)) == len(outputs)
        assert all(len(os.fsencode(e.output.name)) <= 255 for e in assigned)
        assert all(e.output.suffix == ".png" for e in assigned)
        assert assign(entries, output) == assigned


# --- what became of each


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UnreadableError("it is\nno picture."), "it is no picture."),
        (
            OSError(28, "No space left on device", "/out/a.png"),
            "No space left on device: /out/a.png",
        ),
        (OSError("strange"), "unexpected OSError: strange"),
        (MemoryError(), "not enough memory; a smaller --tile needs less"),
        (RecursionError("deep"), "unexpected RecursionError: deep"),
        (KeyError("k"), "unexpected KeyError: 'k'"),
    ],
)
def test_one_bad_file_never_stops_the_rest(error, reason):
    def work(entry):
        if entry.path.name == "bad.png":
            raise error
        return ok(entry)

    entries = assign([Entry(Path("x") / n) for n in ("a.png", "bad.png", "c.png")], "/out/")
    outcomes = list(run(entries, work))
    assert [o.status for o in outcomes] == ["ok", "failed", "ok"]
    assert outcomes[1].input == str(Path("x/bad.png"))
    assert outcomes[1].output is None
    assert outcomes[1].reason == reason
    assert outcomes[1].seconds >= 0
    assert exit_code(outcomes) == 3


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_an_interruption_passes_through(stop):
    def work(_entry):
        raise stop

    with pytest.raises(stop):
        list(run([Entry(Path("a.png"))], work))


def test_outcomes_come_one_by_one():
    done = []

    def work(entry):
        done.append(entry.path.name)
        return ok(entry)

    outcomes = run([Entry(Path("a.png")), Entry(Path("b.png"))], work)
    next(outcomes)
    assert done == ["a.png"]


def test_a_known_problem_is_reported_without_work():
    def work(_entry):
        pytest.fail("it must not be worked on")

    (outcome,) = run([Entry(Path("d.jpg"), problem="it is a folder")], work)
    assert (outcome.status, outcome.reason) == ("failed", "it is a folder")


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([], 0),
        (["ok", "ok"], 0),
        (["ok", "skipped", "unchanged", "planned"], 0),
        (["failed", "ok"], 3),
        (["failed", "skipped"], 3),
        (["failed", "failed"], 4),
    ],
)
def test_exit_codes(states, code):
    assert exit_code(Outcome("a", status=state) for state in states) == code


def test_the_json_has_every_field_of_the_contract():
    record = json.loads(Outcome("照.png", megapixels=0.25).to_json())
    fields = ["schema", "input", "output", "status", "reason", "notes", "steps"]
    fields += ["width", "height", "megapixels", "seconds", "engine_seconds"]
    assert list(record) == fields
    assert record["schema"] == 2
    assert record["input"] == "照.png"
    assert "\n" not in Outcome("new\nline.png").to_json()


def test_the_folder_of_bad_files_gives_3(tmp_path):
    """All are tried or reported, and the good one keeps its name."""
    bad = tmp_path / "bad"
    touch(*(bad / f"{n}.png" for n in ("empty", "one", "html", "cut", "crc", "bomb")))
    touch(bad / "text.jpg", bad / "svg.svg", bad / "good one, ñ 照片.png")
    (bad / "dir.jpg").mkdir()
    (bad / "broken-link.png").symlink_to(bad / "nowhere.png")
    os.mkfifo(bad / "pipe.png")
    entries = assign(expand([bad]), tmp_path / "out")

    def work(entry):
        if not entry.path.name.startswith("good"):
            raise UnreadableError(f"{entry.path} is no picture.")
        return ok(entry)

    outcomes = list(run(entries, work))
    assert len(outcomes) == 11
    assert [o.output for o in outcomes if o.status == "ok"] == [
        str(tmp_path / "out" / "good one, ñ 照片.png")
    ]
    assert exit_code(outcomes) == 3
