"""Archives from anywhere: cut, changed, made to harm."""

import io
import os
import random
import shutil
import tarfile
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from regard.errors import ConflictError, InputError, RegardError, StoreError, UnreadableFileError
from regard.keeping import archive as archives
from regard.keeping.archive import (
    FORMAT,
    MANIFEST,
    README,
    Manifest,
    Part,
    finish,
    is_safe,
    new_archive,
    open_archive,
)
from regard.keeping.unpacking import refuse_newer, refuse_taken_stores, refuse_unless_empty, unpack

CONTENT = {
    "regard.sqlite3": b"database" * 5000,
    "lake/events/a.parquet": os.urandom(3000),
    "regard.toml": b'company = "Ours"\nlake = "/nowhere/else"\n',
    "secret.key": b"a secret",
}
COUNTS = {"events": 3}


def quiet(name: str, size: int) -> None:
    """Nobody looks."""


def manifest_of(parts: list[Part], **changes: Any) -> Manifest:
    said: dict[str, Any] = {
        "format": FORMAT, "regard": "0", "made_at": datetime(2026, 11, 22, tzinfo=UTC), "database": "sqlite",
        "migrations": [("regard.know", "0001_initial")], "lake": {}, "counts": COUNTS, "with_files": True,
        "environment": [], "parts": parts,
    }  # fmt: skip
    return Manifest(**{**said, **changes})


def make(path: Path, **changes: Any) -> Path:
    with new_archive(path, "read me", quiet) as writer:
        for name, content in CONTENT.items():
            writer.add(name, io.BytesIO(content))
        finish(writer, manifest_of(writer.parts, **changes))
    return path


def take_out(path: Path, home: Path) -> dict[str, bytes]:
    """What lies in a home that an archive was unpacked into."""
    with open_archive(path) as opened:
        refuse_newer(opened)
        unpack(opened, home, quiet)
    return {
        file.relative_to(home).as_posix(): file.read_bytes() for file in home.rglob("*") if file.is_file()
    }


def forged(path: Path, members: dict[str, bytes | tarfile.TarInfo], parts: list[Part]) -> Path:
    """An archive as somebody else might make it."""
    with tarfile.open(path, "w") as tar:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                tar.addfile(content)
                continue
            header = tarfile.TarInfo(name)
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
    return path


def test_what_was_put_in_comes_out(tmp_path: Path) -> None:
    path = make(tmp_path / "a.tar")
    assert path.stat().st_mode & 0o777 == 0o600
    assert take_out(path, tmp_path / "home") == CONTENT
    assert (tmp_path / "home" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_any_tar_can_open_it(tmp_path: Path) -> None:
    with tarfile.open(make(tmp_path / "a.tar")) as tar:
        assert tar.getnames()[0] == README
        assert tar.getnames()[-1] == MANIFEST
        lake = tar.extractfile("home/lake/events/a.parquet")
        assert lake is not None
        assert lake.read() == CONTENT["lake/events/a.parquet"]


def test_nothing_is_overwritten_and_a_failure_leaves_nothing(tmp_path: Path) -> None:
    path = make(tmp_path / "a.tar")
    with pytest.raises(ConflictError, match="there already"):
        make(path)
    with pytest.raises(ZeroDivisionError), new_archive(tmp_path / "b.tar", "", quiet):
        raise ZeroDivisionError
    with pytest.raises(InputError, match="no folder"):
        make(tmp_path / "none" / "b.tar")
    assert [each.name for each in tmp_path.iterdir()] == ["a.tar"]


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path) -> None:
    class Full(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    with (
        pytest.raises(StoreError, match="could not be written: No space left"),
        new_archive(tmp_path / "a.tar", "", quiet) as writer,
    ):
        writer.add("regard.toml", Full())
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    text, empty, other = tmp_path / "text", tmp_path / "empty", tmp_path / "other.tar"
    text.write_text("order_id,total\n" * 100)
    empty.touch()
    forged(other, {"x": b"y"}, [])
    for path in (text, empty, other):
        with pytest.raises(UnreadableFileError, match="no backup of Regard"):
            take_out(path, tmp_path / "home")
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError, match="There is no file"):
            take_out(path, tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_an_archive_that_was_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = make(tmp_path / "a.tar").read_bytes()
    luck = random.Random(1)
    cut = tmp_path / "cut.tar"
    # the last blocks are empty: an archive that lacks only them is whole
    for length in sorted({512, 1024, *luck.sample(range(512, len(whole) - 1536), 60)}):
        cut.write_bytes(whole[:length])
        with pytest.raises(UnreadableFileError, match=r"not whole|no backup"):
            take_out(cut, tmp_path / "home")
        assert not (tmp_path / "home").exists()


def test_a_changed_byte_is_found_or_means_nothing(tmp_path: Path) -> None:
    whole = make(tmp_path / "a.tar").read_bytes()
    luck, found = random.Random(2), 0
    for number in range(150):
        place = luck.randrange(len(whole))
        changed = tmp_path / "changed.tar"
        changed.write_bytes(
            whole[:place] + bytes([whole[place] ^ (1 << luck.randrange(8))]) + whole[place + 1 :]
        )
        home = tmp_path / f"home-{number}"
        try:
            assert take_out(changed, home) == CONTENT
        except RegardError:
            found += 1
            assert not home.exists()
    assert found > 20


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/passwd", "lake/../../x", "lake/..", "lake", "files//x", "files/./x", "keys/x", "files\\x/y",
     "", ".", "regard.sqlite3/x", "lake/a\0b", "sources/", "events.lock"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    assert not is_safe(name)
    part = Part(name, 1, "0")
    text = msgspec.json.encode(manifest_of([part]))
    path = forged(tmp_path / "a.tar", {README: b"", part.member: b"x", MANIFEST: text}, [part])
    with pytest.raises(UnreadableFileError, match="which no backup of Regard does"):
        take_out(path, tmp_path / "home")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_what_is_no_plain_file_is_refused(kind: bytes, tmp_path: Path) -> None:
    part = Part("files/x", 0, "0")
    link = tarfile.TarInfo(part.member)
    link.type, link.linkname = kind, "/etc/passwd"
    text = msgspec.json.encode(manifest_of([part]))
    path = forged(tmp_path / "a.tar", {README: b"", part.member: link, MANIFEST: text}, [part])
    with pytest.raises(UnreadableFileError, match="which no backup"):
        take_out(path, tmp_path / "home")


def test_members_and_manifest_must_name_each_other(tmp_path: Path) -> None:
    part = Part("files/x", 1, "0")
    text = msgspec.json.encode(manifest_of([part]))
    twice = msgspec.json.encode(manifest_of([part, part]))
    for members in (
        {README: b"", MANIFEST: text},
        {README: b"", part.member: b"x", "home/files/y": b"y", MANIFEST: text},
        {README: b"", part.member: b"x", MANIFEST: twice},
    ):
        with pytest.raises(UnreadableFileError, match="which no backup"):
            take_out(forged(tmp_path / "a.tar", members, [part]), tmp_path / "home")


def test_a_part_never_unpacks_to_more_than_it_says(tmp_path: Path) -> None:
    path = make(tmp_path / "a.tar")
    with open_archive(path) as opened:
        parts = [msgspec.structs.replace(part, size=min(part.size, 10)) for part in opened.manifest.parts]
        members = {name: opened.tar.extractfile(member).read() for name, member in opened.members.items()}  # type: ignore[union-attr]
    members[MANIFEST] = msgspec.json.encode(manifest_of(parts))
    forged(tmp_path / "b.tar", members, parts)
    with pytest.raises(UnreadableFileError, match=r"is damaged: `regard\.sqlite3`"):
        take_out(tmp_path / "b.tar", tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_newer_archives_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConflictError, match="of a newer Regard"):
        take_out(make(tmp_path / "a.tar", format=FORMAT + 1), tmp_path / "home")
    for later in (("regard.know", "0999_later"), ("regard.later", "0001_initial"), ("regard.know", "..")):
        path = make(tmp_path / f"{later[1]}-{later[0]}.tar", migrations=[later])
        with pytest.raises(ConflictError, match="of a newer Regard"):
            take_out(path, tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_too_little_room_is_told_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path / "a.tar")
    usage = namedtuple("usage", ["total", "used", "free"])
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda folder: usage(9, 9, 5))
    with pytest.raises(StoreError, match="MB are needed"):
        take_out(path, tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_a_home_that_is_not_empty_is_left_alone_or_set_aside(tmp_path: Path) -> None:
    home, path = tmp_path / "home", make(tmp_path / "a.tar")
    home.mkdir()
    refuse_unless_empty(home)
    (home / "mine").write_text("x")
    with pytest.raises(ConflictError, match="is not empty"):
        refuse_unless_empty(home)
    with open_archive(path) as opened:
        aside = unpack(opened, home, quiet)
    assert aside is not None
    assert [each.name for each in aside.iterdir()] == ["mine"]
    assert (home / "secret.key").read_bytes() == CONTENT["secret.key"]
    with pytest.raises(ConflictError, match="is a file"):
        refuse_unless_empty(path)


def test_damage_found_late_sets_nothing_aside(tmp_path: Path) -> None:
    home, path = tmp_path / "home", make(tmp_path / "a.tar")
    home.mkdir()
    (home / "mine").write_text("x")
    content = path.read_bytes()
    path.write_bytes(content.replace(CONTENT["secret.key"], b"A SECRET"))
    with (
        pytest.raises(UnreadableFileError, match=r"`secret\.key` is not what was kept"),
        open_archive(path) as opened,
    ):
        unpack(opened, home, quiet)
    assert [each.name for each in home.iterdir()] == ["mine"]


def test_stores_outside_the_home_must_be_free_and_of_the_same_kind(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    with open_archive(make(tmp_path / "a.tar")) as opened:
        refuse_taken_stores(opened, {})
        refuse_taken_stores(opened, {"REGARD_LAKE": str(lake)})
        (lake / "x").touch()
        with pytest.raises(ConflictError, match="not empty"):
            refuse_taken_stores(opened, {"REGARD_LAKE": str(lake)})
        with pytest.raises(ConflictError, match="database of sqlite, and the settings name postgresql"):
            refuse_taken_stores(opened, {"REGARD_DATABASE_URL": "postgresql://x@y/z"})
    shutil.rmtree(lake)
