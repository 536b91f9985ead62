"""What the tests of tar files share."""

import io
import tarfile

import pytest


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """An empty cache folder, so that every tar file is walked through."""
    monkeypatch.setenv("NITIDO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def tar(tmp_path):
    """Write a tar file below the root from names and contents; a TarInfo goes in as it is."""

    def make(place, *members):
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(file, "w") as archive:
            for member in members:
                info = member
                data = b""
                if not isinstance(member, tarfile.TarInfo):
                    name, data = member if isinstance(member, tuple) else (member, member.encode())
                    info = tarfile.TarInfo(name)
                    info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return file

    return make
