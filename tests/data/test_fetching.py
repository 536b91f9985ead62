"""Fetching survives servers that cut, lie and refuse, and archives that want out."""

import hashlib
import io
import threading
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image

from nitido.data._transfer import transfer
from nitido.data.catalogue import Download, ImageSet
from nitido.data.fetching import fetch
from nitido.errors import DataError

CONTENT = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Server:
    """What a server of a test has, how it behaves, and what it was asked for."""

    url: str = ""
    files: dict = field(default_factory=dict)
    ranges: bool = True
    cuts: int = 0  # answers that end in the middle
    busy: int = 0  # answers 503 before it serves
    tag: str = '"1"'
    kind: str = "application/octet-stream"
    moved: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)


@pytest.fixture
def server():
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_GET(self):
            span = self.headers.get("Range")
            state.asked.append((self.path, span))
            if state.busy:
                state.busy -= 1
                return self.send_error(503)
            if self.path in state.moved:
                self.send_response(302)
                self.send_header("Location", state.moved[self.path])
                return self.end_headers()
            body = state.files.get(self.path)
            if body is None:
                return self.send_error(404)
            start = 0
            same = self.headers.get("If-Range") in (None, state.tag)
            if span and state.ranges and same:
                start = int(span.removeprefix("bytes=").rstrip("-"))
                if start >= len(body):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(body)}")
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            self.send_header("Content-Type", state.kind)
            self.send_header("Content-Length", str(len(body) - start))
            if state.tag:
                self.send_header("ETag", state.tag)
            self.end_headers()
            piece = body[start:]
            if state.cuts:
                state.cuts -= 1
                piece = piece[: len(piece) // 2]
            return self.wfile.write(piece)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.url = f"http://127.0.0.1:{service.server_port}"
        state.files["/file.bin"] = CONTENT
        yield state
        service.shutdown()
        thread.join()


@pytest.fixture
def get(server, tmp_path):
    """Fetch the file of the server."""

    def run(path="/file.bin", **settings):
        target = tmp_path / "file.bin"
        settings = {"most_bytes": 2**30, "pause": 0, **settings}
        digest = transfer(server.url + path, target, **settings)
        assert not list(tmp_path.glob("*.part*")), "nothing is left behind"
        assert digest == hashlib.sha256(target.read_bytes()).hexdigest()
        return target.read_bytes()

    return run


def test_a_file_comes_whole_and_tells_how_far_it_is(get):
    told = []
    assert get(sha256=SHA256, size=len(CONTENT), progress=lambda *p: told.append(p)) == CONTENT
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [here for here, _ in told] == sorted(here for here, _ in told)


@pytest.mark.parametrize("sha256", [SHA256, None])
def test_a_cut_connection_is_gone_on_with(server, get, sha256):
    server.cuts = 2
    assert get(sha256=sha256) == CONTENT
    half = len(CONTENT) // 2
    starts = [span for _, span in server.asked]
    assert starts == [None, f"bytes={half}-", f"bytes={half + half // 2}-"]


def test_a_server_without_ranges_begins_anew(server, get):
    server.cuts, server.ranges = 1, False
    assert get(sha256=SHA256) == CONTENT


def test_a_later_call_goes_on(server, get, tmp_path):
    server.cuts = 99
    with pytest.raises(DataError, match=r"the connection was cut .*Run the same command again"):
        get(sha256=SHA256)
    part = (tmp_path / "file.bin.part").stat().st_size
    assert 0 < part < len(CONTENT)
    assert not (tmp_path / "file.bin").exists()
    server.cuts = 0
    server.asked.clear()
    assert get(sha256=SHA256) == CONTENT
    assert server.asked == [("/file.bin", f"bytes={part}-")]


def test_a_file_that_changed_in_between_is_not_mixed(server, get):
    server.cuts = 99
    with pytest.raises(DataError):
        get()
    server.cuts, server.tag = 0, '"2"'
    server.files["/file.bin"] = new = CONTENT[::-1]
    assert get() == new


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_without_hash_and_version_it_begins_anew(server, get, tag):
    server.tag, server.cuts = tag, 99
    with pytest.raises(DataError):
        get()
    server.cuts = 0
    server.asked.clear()
    assert get() == CONTENT
    assert server.asked == [("/file.bin", None)]


def test_a_part_that_is_whole_needs_no_byte(server, get, tmp_path):
    (tmp_path / "file.bin.part").write_bytes(CONTENT)
    assert get(sha256=SHA256) == CONTENT
    (tmp_path / "file.bin.part").write_bytes(CONTENT + b"too much")
    assert get(sha256=SHA256) == CONTENT


def test_a_wrong_hash_leaves_nothing(server, get, tmp_path):
    with pytest.raises(DataError, match=r"not what is published .*deleted"):
        get(sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_size_is_seen_before_anything_comes(server, get, tmp_path):
    with pytest.raises(DataError, match="where 5 are published"):
        get(size=5)
    with pytest.raises(DataError, match="at most 1,000 are fetched"):
        get(most_bytes=1000)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_busy_gets_time(server, get):
    server.busy = 2
    assert get(sha256=SHA256) == CONTENT
    server.busy = 99
    with pytest.raises(DataError, match=r"503 .*4 attempts"):
        get(sha256=SHA256)


def test_what_is_not_there_is_not_asked_for_twice(server, get):
    with pytest.raises(DataError, match=r"answered 404 .*See the page of the set"):
        get("/absent.bin")
    assert len(server.asked) == 1


def test_a_web_page_is_no_file(server, get, tmp_path):
    server.kind = "text/html; charset=utf-8"
    with pytest.raises(DataError, match="a web page, not a file"):
        get()
    assert list(tmp_path.iterdir()) == []


def test_a_redirection_stays_on_http(server, get, tmp_path):
    server.moved["/old"] = server.url + "/file.bin"
    assert get("/old", sha256=SHA256) == CONTENT
    (tmp_path / "secret").write_text("of this machine")
    server.moved["/away"] = (tmp_path / "secret").as_uri()
    with pytest.raises(DataError, match="302"):
        get("/away")


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://a/b.zip", "data:,x", "b.zip"])
def test_only_http_is_fetched(url, tmp_path):
    with pytest.raises(DataError, match="no address of HTTP"):
        transfer(url, tmp_path / "a", most_bytes=9)


def test_nobody_answers(tmp_path):
    with pytest.raises(DataError, match="4 attempts"):
        transfer("http://127.0.0.1:1/a", tmp_path / "a", most_bytes=9, pause=0)


# --- sets


def picture(level):
    file = io.BytesIO()
    Image.new("RGB", (4, 3), (level, 0, 0)).save(file, "png")
    return file.getvalue()


def zipped(names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in names.items():
            archive.writestr(name, body)
    return file.getvalue()


@pytest.fixture
def make_set(server):
    """Describe a set of two splits, each in an archive, and one picture by itself."""

    def make(**changes):
        server.files |= {
            "/train.zip": zipped({f"T/{i}.png": picture(i) for i in range(3)}),
            "/valid.zip": zipped({"V/x.png": picture(9), "V/y.png": picture(8)}),
            "/one.png": picture(7),
        }
        downloads = (
            Download(
                f"{server.url}/train.zip",
                "train",
                "T",
                sha256=hashlib.sha256(server.files["/train.zip"]).hexdigest(),
            ),
            Download(f"{server.url}/valid.zip", "valid", "V"),
            Download(f"{server.url}/one.png", "single"),
        )
        facts = {"downloads": downloads, "address": "https://example.org/set", **changes}
        counts = {"train": 3, "valid": 2, "single": 1}
        return ImageSet("some", "Some", "pictures", "both", counts, "free", **facts)

    return make


def here(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_set_is_fetched_into_its_folders(server, make_set, tmp_path):
    done = fetch(make_set(), tmp_path, pause=0)
    assert [(part.folder.name, part.pictures, part.checked) for part in done] == [
        ("train", 3, True),
        ("valid", 2, False),
        ("single", 1, False),
    ]
    whole = [f"some/train/{i}.png" for i in range(3)]
    whole += ["some/valid/x.png", "some/valid/y.png", "some/single/one.png"]
    assert here(tmp_path) == sorted(whole)
    server.asked.clear()
    again = fetch(make_set(), tmp_path, pause=0)
    assert [part.pictures for part in again] == [0, 0, 0]
    assert server.asked == [], "what is here is left as it is"


def test_one_split_and_its_archive(make_set, tmp_path):
    fetch(make_set(), tmp_path, splits=["valid"], keep=True, pause=0)
    assert here(tmp_path) == [
        ".downloads/some/valid.zip",
        "some/valid/x.png",
        "some/valid/y.png",
    ]
    with pytest.raises(DataError, match="no split 'val'; it has train, valid, single"):
        fetch(make_set(), tmp_path, splits=["val"])


def test_an_archive_that_fails_leaves_no_half_a_split(server, make_set, tmp_path):
    one = make_set()
    server.files["/valid.zip"] = server.files["/valid.zip"][:100]
    with pytest.raises(DataError, match="cannot be unpacked"):
        fetch(one, tmp_path, splits=["valid"], pause=0)
    assert here(tmp_path / "some") == []


def test_a_set_that_is_not_served_says_where_it_comes_from(make_set, tmp_path):
    with pytest.raises(DataError, match=r"get it from https://example.org/set and put it into"):
        fetch(make_set(downloads=()), tmp_path)
    with pytest.raises(DataError, match=r"its address is unknown .*called some"):
        fetch(make_set(downloads=(), address=""), tmp_path)
    assert list(tmp_path.iterdir()) == []
