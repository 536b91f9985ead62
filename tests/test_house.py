"""The rules of the house: who may import whom, what stays out, and what every file has.

Each rule is a function from source text to complaints. It is first shown to complain about bad
examples, then held against every file of the project.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path

import pytest

import nitido

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "nitido"

# A room is a file or a folder directly under src/nitido. See ARCHITECTURE.md, "Rooms and floors".
FLOORS = {
    "errors": 0,
    "catalog": 0,
    "cache": 0,
    "picture": 1,
    "pages": 1,
    "degradations": 2,
    "networks": 2,
    "losses": 2,
    "objectives": 2,
    "metrics": 2,
    "classical": 3,
    "weights": 3,
    "data": 3,
    "engines": 4,
    "recipes": 4,
    "tasks": 4,
    "solvers": 4,
    "plans": 4,
    "tone": 4,
    "diagnosis": 5,
    "export": 5,
    "restorer": 6,
    "pipeline": 7,
    "jobs": 8,
    "bench": 8,
    "train": 9,
    "contest": 10,
    "cli": 11,
    "__init__": 12,  # the public names, each loaded on first use
    "__main__": 12,
}
# What else stands on the lowest floor raises the errors.
NEIGHBOURS = {("catalog", "errors"), ("cache", "errors")}
REGISTRIES = ("classical", "degradations", "losses", "metrics", "networks", "objectives")
REGISTRIES += ("solvers", "tasks")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
HEAVY = ("torch", "openvino", "lightning", "scipy", "skimage", "cv2", "pywt", "onnx", "onnxruntime")

SOURCES = {
    ".".join(path.relative_to(SRC).with_suffix("").parts): path.read_text("utf-8")
    for path in sorted(SRC.rglob("*.py"))
}


# --- floors


def imported(module: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name below nitido of everything that a module imports from it.

    Imports inside functions count, so do ``import_module("nitido...")`` and relative imports.
    """
    package = ["nitido", *module.split(".")[:-1]]
    for node in ast.walk(ast.parse(text)):
        found: list[str] = []
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            stem = [*start, *([node.module] if node.module else [])]
            found = [".".join([*stem, alias.name]) for alias in node.names]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in {"import_module", "__import__"}:
                found = [str(node.args[0].value)]
        for name in found:
            if name.partition(".")[0] == "nitido":
                yield node.lineno, name.partition(".")[2]


def floor_complaints(modules: Mapping[str, str]) -> list[str]:
    """Say which imports of a set of modules, {dotted name: text}, break the import rule."""
    complaints = []
    for module, text in modules.items():
        room = module.partition(".")[0]
        if room not in FLOORS:
            complaints.append(f"{room} is not in the table of floors: give it a floor there.")
            continue
        for line, name in imported(module, text):
            wrong = wrong_with(module, name)
            if wrong:
                complaints.append(f"{module}, line {line}, imports {name or 'nitido'}: {wrong}.")
    return complaints


def wrong_with(module: str, name: str) -> str | None:
    """Say why a module may not import a name, or None if it may."""
    room, _, rest = module.partition(".")
    target, *parts = name.split(".")
    if target in {"", "__version__"} or FLOORS[room] == FLOORS["__init__"]:
        return None
    if target not in FLOORS:
        return f"{target} is no room in the table of floors"
    if target == room:  # the room itself as an object, as the catalog takes it, is no import of it
        shared = rest == "__init__" or not parts or parts[0].startswith("_")
        return None if shared else "inside a room only private _*.py files are shared"
    if any(part.startswith("_") for part in parts):
        return "private to another room"
    if FLOORS[target] < FLOORS[room] or (room, target) in NEIGHBOURS:
        return None
    way = "sideways" if FLOORS[target] == FLOORS[room] else "upwards"
    return f"{way}, F{FLOORS[room]} from F{FLOORS[target]}"


def test_imports_go_down_only():
    assert floor_complaints(SOURCES) == []


@pytest.mark.parametrize(
    ("module", "text", "complaint"),
    [
        ("picture.color", "from nitido.metrics import psnr", "upwards, F1 from F2"),
        ("metrics.psnr", "import nitido.networks.dncnn", "sideways, F2 from F2"),
        ("metrics.psnr", "def f():\n    from nitido import cli", "line 2, imports cli: upwards"),
        ("metrics.psnr", "import_module('nitido.engines')", "upwards"),
        ("metrics.psnr", "importlib.import_module('nitido.networks')", "sideways"),
        ("metrics.psnr", "if TYPE_CHECKING:\n    import nitido.restorer", "upwards"),
        ("metrics.psnr", "from nitido.picture._file import load", "private to another room"),
        ("metrics.psnr", "from nitido import restore", "restore is no room in the table"),
        ("metrics.ssim", "from nitido.metrics.psnr import psnr", "only private _*.py files"),
        ("metrics.ssim", "from nitido.metrics import psnr", "only private _*.py files"),
        ("metrics.ssim", "from nitido.metrics.psnr import _part", "only private _*.py files"),
        ("metrics.ssim", "from .psnr import psnr", "only private _*.py files"),
        ("metrics.ssim", "from . import psnr", "only private _*.py files"),
        ("metrics.ssim", "from ..networks import dncnn", "sideways"),
        ("metrics.ssim", "from nitido.metrics import anything", "only private _*.py files"),
        ("errors", "from nitido.catalog import names", "sideways"),
        ("attic", "", "attic is not in the table of floors"),
        ("metrics.psnr", "from nitido.attic import x", "no room in the table of floors"),
    ],
)
def test_the_import_rule_can_fail(module, text, complaint):
    (said,) = floor_complaints({module: text})
    assert complaint in said


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("picture.color", "from nitido.picture._file import load"),
        ("picture.color", "from nitido.picture import _file"),
        ("picture.__init__", "from nitido.picture.color import luma"),
        ("picture.__init__", "from .color import luma"),
        ("cli.restore", "from nitido import __version__, jobs\nimport torch, nitido"),
        ("metrics.ssim", "from nitido import metrics"),
        ("metrics.psnr", "from nitido.picture import color"),
        ("catalog", "from nitido.errors import SettingError"),
        ("__init__", "def __getattr__(name):\n    from nitido.cli import main"),
    ],
)
def test_the_import_rule_lets_good_imports_pass(module, text):
    assert floor_complaints({module: text}) == []


# --- words and names


def word_complaints(module: str, text: str) -> list[str]:
    """Say what a module lacks: docstrings on everything public; and where it prints."""
    tree = ast.parse(text)
    complaints = [] if ast.get_docstring(tree) else [f"{module} has no docstring."]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
            complaints.append(f"{module}, line {node.lineno}: print.")
    private = any(p.startswith("_") and p != "__init__" for p in module.split("."))
    levels = [] if private else [tree.body]
    for body in levels:
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                if node.name.startswith("_") or _is_overload(node):
                    continue
                if ast.get_docstring(node) is None:
                    complaints.append(f"{module}.{node.name} has no docstring.")
                if isinstance(node, ast.ClassDef):
                    levels.append(node.body)
    return complaints


def _is_overload(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = [ast.unparse(d).split(".")[-1] for d in node.decorator_list]
    return bool({"overload", "setter", "override"} & set(names))


def test_everything_public_is_explained_and_nothing_prints():
    assert len(SOURCES) > 100
    assert [said for module in SOURCES for said in word_complaints(module, SOURCES[module])] == []


@pytest.mark.parametrize(
    ("module", "text", "complaint"),
    [
        ("jobs", "x = 1", "jobs has no docstring"),
        ("jobs", "'''Doc.'''\ndef run(): pass", "jobs.run has no docstring"),
        ("jobs", "'''Doc.'''\nclass A:\n    '''A.'''\n    def go(self): pass", "jobs.go has no"),
        ("picture._file", "x = 1", "picture._file has no docstring"),
        ("picture._file", "'''Doc.'''\ndef f():\n    print(1)", "line 3: print"),
    ],
)
def test_the_word_rule_can_fail(module, text, complaint):
    (said,) = word_complaints(module, text)
    assert complaint in said


def test_no_file_has_a_name_that_says_nothing():
    files = [*SRC.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    assert len(files) > 10
    assert [f for f in files if f.stem.strip("_").lower() in EMPTY_NAMES] == []
    folders = {part.lower() for f in files for part in f.relative_to(ROOT).parent.parts}
    assert not EMPTY_NAMES & folders


def ends_in_public(text: str) -> bool:
    """Whether the last line of a module is ``PUBLIC = Name``."""
    last = ast.parse(text).body[-1]
    return isinstance(last, ast.Assign) and ast.unparse(last.targets[0]) == "PUBLIC"


def test_the_public_rule_can_fail():
    assert ends_in_public("class A:\n    pass\n\nPUBLIC = A")
    assert not ends_in_public("PUBLIC = 1\nx = 2")


OFFERED = [
    m
    for m in SOURCES
    if m.partition(".")[0] in REGISTRIES and not m.partition(".")[2].startswith("_")
]


def test_every_file_of_a_registry_ends_in_what_it_offers():
    assert {module.partition(".")[0] for module in OFFERED} == set(REGISTRIES)
    assert [module for module in OFFERED if not ends_in_public(SOURCES[module])] == []


# --- what is loaded, and what may be absent


def python(code: str) -> str:
    """Run code in a fresh interpreter with the project's source and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=SRC.parent,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


LIGHT = [
    "nitido",
    *(f"nitido.{room}" for room in ("errors", "catalog", "diagnosis", "jobs", "cli")),
]


@pytest.mark.parametrize("module", LIGHT)
def test_importing_it_loads_nothing_heavy(module):
    room = module.partition(".")[2]
    if room and not exists(room):
        pytest.skip(f"{module} is not built yet")
    code = f"import sys, {module}; print(*sorted(set({HEAVY}) & set(sys.modules)))"
    assert python(code) == ""


def test_the_light_rule_can_fail():
    assert python(f"import sys, scipy; print(*(set({HEAVY}) & set(sys.modules)))") == "scipy"


def exists(room: str) -> bool:
    """Whether a room has been built: a file, or a folder with an ``__init__.py``."""
    return room in SOURCES or f"{room}.__init__" in SOURCES


CORE = ["errors", "catalog", "picture", "degradations", "metrics", "classical", "weights"]
CORE += ["engines", "recipes", "tasks", "solvers", "plans", "tone", "diagnosis", "restorer"]
CORE += ["pipeline", "jobs", "cli", "__init__"]
TRAIN_ONLY = ["torch", "lightning", "onnx", "onnxruntime", "onnxscript", "scipy", "skimage"]
TRAIN_ONLY += ["cv2", "pywt"]
# Rooms whose every public file works without PyTorch; elsewhere a file may need it when it is used.
ALL_FILES = ("picture", "degradations", "metrics", "classical")


def test_the_core_is_imported_with_torch_absent():
    rooms = [room for room in CORE if exists(room)]
    assert {"errors", "catalog", "diagnosis", "jobs", "__init__"} <= set(rooms)
    names = [f"nitido.{room}" for room in rooms if room != "__init__"]
    names += [f"nitido.{m}" for m in SOURCES if m.startswith(tuple(f"{r}." for r in ALL_FILES))]
    names = ["nitido", *(n.removesuffix(".__init__") for n in names)]
    code = f"""
import importlib, sys
sys.modules.update(dict.fromkeys({TRAIN_ONLY}))
for name in {names}:
    importlib.import_module(name)
print(len({names}))
"""
    assert python(code) == str(len(names))


# --- what stays outside

# Put together here so that this file passes its own test.
OUTSIDE = [
    "/" + "work/",
    ".." + "/shared",
    "index" + "-url",
    "pypi" + ".org/simple",
    "python" + "hosted.org",
    "find" + "-links",
]
SKIPPED = {
    ".git",
    ".venv",
    "runs",
    "demo",
    "dist",
    "site",
    "build",
    ".scratch",
    "__pycache__",
    ".hypothesis",
}
TEXT = {".md", ".py", ".toml", ".txt", ".yaml", ".yml", ".cff", ".cfg", ".ini", ".json", ".sh", ""}


def project_texts() -> Iterator[Path]:
    """Yield every text file of the project; folders that are made by running it are left out."""
    for folder, folders, files in os.walk(ROOT):
        made = {f for f in folders if f in SKIPPED or f.endswith((".egg-info", "_cache"))}
        folders[:] = sorted(set(folders) - made)
        texts = sorted(f for f in files if Path(f).suffix in TEXT and f not in SKIPPED)
        yield from (Path(folder) / f for f in texts)


def strangers(text: str) -> list[str]:
    """Say which marks of somebody's machine a text carries."""
    return [mark for mark in OUTSIDE if mark in text]


def test_no_file_speaks_of_the_machine_it_was_made_on():
    texts = list(project_texts())
    assert ROOT / "pyproject.toml" in texts
    assert Path(__file__).resolve() in texts
    found = {p: strangers(p.read_text("utf-8", errors="replace")) for p in texts}
    assert {str(p.relative_to(ROOT)): marks for p, marks in found.items() if marks} == {}


def test_the_rule_about_machines_can_fail():
    assert strangers(f"see {OUTSIDE[0]}main and pip {OUTSIDE[2]}") == [OUTSIDE[0], OUTSIDE[2]]


def test_the_table_matches_the_written_one():
    """ARCHITECTURE.md lists rooms as ``name/  F3  ...``; the two tables say the same."""
    page = ROOT / "ARCHITECTURE.md"
    if not page.exists():
        pytest.skip("ARCHITECTURE.md is not written yet")
    written = {}
    for line in page.read_text("utf-8").splitlines():
        name, *rest = line.split() or [""]
        if rest and rest[0][:1] == "F" and rest[0][1:].isdigit():
            written[name.removesuffix(".py").rstrip("/")] = int(rest[0][1:])
    assert written, "ARCHITECTURE.md has no line like 'errors.py  F0  ...'"
    assert {name: FLOORS.get(name) for name in written} == written
    built = {"".join(takewhile(lambda c: c != ".", module)) for module in SOURCES}
    assert built - {"__init__", "__main__"} <= set(written)


def test_the_citation_names_the_version():
    assert f"version: {nitido.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
