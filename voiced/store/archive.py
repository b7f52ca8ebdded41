"""The archive: a ZIP file of JSON Lines and Markdown, with a manifest that vouches for each of its members."""

import hashlib
import io
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal, Self

import msgspec
from msgspec import Struct

from voiced.core.errors import InputInvalid
from voiced.store.lines import LONGEST_LINE
from voiced.store.sealed import MARK, Unsealed

FORMAT = 3
MANIFEST = "manifest.json"
PROMISES = "promises.jsonl"
MEMORIES = "memories.jsonl"
"""Since format 2."""
LISTS = "lists.jsonl"
"""Since format 3."""
CONVERSATIONS = "conversations/"
MOST_MEMBERS = 1_000_000
LONGEST_MANIFEST = 256 * 1024 * 1024
RATIO, SPARE = 250, 64 * 1024 * 1024
"""All members together are at most so many times the file's size, and so many bytes more. Talk is some 10 times."""
CHUNK = 64 * 1024
HINT = "Export it again, or choose another file."
_SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_MEMBER = re.compile(CONVERSATIONS + r"[A-Za-z0-9_~-][A-Za-z0-9._-]{0,99}\.(jsonl|md)")
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError),
    *(RuntimeError, ValueError, OverflowError, LookupError, OSError, MemoryError),
)
"""What `zipfile` raises on bytes that are no archive."""


class Manifest(Struct, frozen=True, kw_only=True):
    """What an archive holds.

    Attributes:
        format: what it is.
        version: the format's.
        made_at: when it was made, in seconds since 1970 (UTC).
        voiced: the version of voiced that made it.
        schema: the version of the file that it was made of.
        conversations: how many.
        messages: how many.
        promises: how many.
        memories: how many.
        entries: of lists, how many.
        members: name to SHA-256, in hexadecimal digits.
    """

    format: Literal["voiced-archive"] = "voiced-archive"
    version: int
    made_at: float
    voiced: str
    schema: int
    conversations: int
    messages: int
    promises: int
    memories: int = 0
    entries: int = 0
    members: dict[str, str]


_manifest = msgspec.json.Decoder(Manifest)


def member_name(conversation: str) -> str:
    """What the members of a conversation are called, without their endings: a good name for a file on any disk."""
    if _SAFE.fullmatch(conversation):
        return f"{CONVERSATIONS}{conversation}"
    return f"{CONVERSATIONS}~{hashlib.sha256(conversation.encode()).hexdigest()[:32]}"


class Writer:
    """Writes an archive, one member after the other.

    Args:
        file: where to.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.members: dict[str, str] = {}

    def add(self, name: str, pieces: Iterator[bytes]) -> None:
        """Writes a member, piece by piece."""
        digest = hashlib.sha256()
        with self._zip.open(name, "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                member.write(piece)
        self.members[name] = digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Writes the manifest."""
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()


class Reader:
    """An archive whose members are those that its manifest names, and no more than fit: see `opened`.

    Attributes:
        manifest: what it holds.
    """

    def __init__(self, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip = file
        self.manifest = manifest

    def conversations(self) -> list[str]:
        """The members that hold a conversation, in the archive's order."""
        return [name for name in self._zip.namelist() if name.startswith(CONVERSATIONS) and name.endswith(".jsonl")]

    def promises(self) -> Iterator[bytes]:
        """The lines of the promises."""
        return self._optional(PROMISES)

    def memories(self) -> Iterator[bytes]:
        """The lines of the memories."""
        return self._optional(MEMORIES)

    def entries(self) -> Iterator[bytes]:
        """The lines of the entries of lists."""
        return self._optional(LISTS)

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member, without their ends; at the end it is compared with the manifest.

        Raises:
            InputInvalid: it is damaged, or has a line longer than any of ours.
        """
        digest = hashlib.sha256()
        with _vouched(name), self._zip.open(name) as member:
            for line in split(member, name):
                digest.update(line)
                yield line.rstrip(b"\n")
        self._compare(name, digest.hexdigest())

    def check_rest(self) -> None:
        """Compares the members that nobody else reads with the manifest, under the same terms."""
        for name in self._zip.namelist():
            if name.endswith(".md"):
                digest = hashlib.sha256()
                with _vouched(name), self._zip.open(name) as member:
                    while piece := member.read(CHUNK):
                        digest.update(piece)
                self._compare(name, digest.hexdigest())

    def _optional(self, name: str) -> Iterator[bytes]:
        return self.lines(name) if name in self.manifest.members else iter(())

    def _compare(self, name: str, digest: str) -> None:
        if digest != self.manifest.members[name]:
            raise InputInvalid(f"{name} is not what the archive's manifest says", hint=HINT)


class Single:
    """One conversation as JSON Lines, as if it were an archive."""

    manifest = None

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name

    def conversations(self) -> list[str]:
        """See `Reader`."""
        return [self._name]

    def lines(self, name: str) -> Iterator[bytes]:
        """See `Reader`."""
        with _vouched(name):
            self._file.seek(0)
            for line in split(self._file, name):
                yield line.rstrip(b"\n")

    def promises(self) -> Iterator[bytes]:
        """There are none."""
        return iter(())

    def memories(self) -> Iterator[bytes]:
        """There are none."""
        return iter(())

    def entries(self) -> Iterator[bytes]:
        """There are none."""
        return iter(())

    def check_rest(self) -> None:
        """There is none."""


@contextmanager
def opened(path: Path, passphrase: bytes | None = None) -> Generator[Reader | Single]:
    """Opens an archive, or one conversation as JSON Lines; nothing of it is ever put on the disk.

    Args:
        path: the file.
        passphrase: what it was sealed with, if it was.

    Raises:
        InputInvalid: it is neither, or sealed with another passphrase, or a newer version's, or larger than its size
            makes likely.
    """
    if not path.is_file():
        raise InputInvalid(f"there is no file {path}", hint=HINT)
    with _vouched(path.name):
        file = path.open("rb")
    with file:
        file = _unsealed(file, path.name, passphrase)
        start = file.read(2)
        if start[:1] == b"{":
            yield Single(file, path.name)
        elif start == b"PK":
            yield _archive(file, path.name)
        else:
            raise InputInvalid(f"{path.name} is neither an archive nor a conversation as JSON Lines", hint=HINT)


def _unsealed(file: IO[bytes], name: str, passphrase: bytes | None) -> IO[bytes]:
    """What is in a sealed file; any other as it is."""
    sealed = file.read(len(MARK)) == MARK
    file.seek(0)
    if not sealed:
        return file
    if passphrase is None:
        hint = "Add --passphrase, and type the one that it was sealed with."
        raise InputInvalid(f"{name} is sealed with a passphrase", code="archive-locked", hint=hint)
    try:
        return io.BufferedReader(Unsealed(file, passphrase), CHUNK)
    except ValueError as error:  # Numbers that no export has written.
        raise InputInvalid(f"{name} is sealed in a way that cannot be opened: {error}", hint=HINT) from error


def _archive(file: IO[bytes], name: str) -> Reader:
    with _vouched(name):
        archive = zipfile.ZipFile(file)
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise InputInvalid(f"the archive has {len(infos)} members; {MOST_MEMBERS} are allowed", hint=HINT)
    size = sum(info.file_size for info in infos)
    if size > RATIO * os.fstat(file.fileno()).st_size + SPARE:
        raise InputInvalid(f"the archive would grow to {size} bytes: that is no talk", hint=HINT)
    for info in infos:
        _look_at(info)
    return Reader(archive, _read_manifest(archive, [info.filename for info in infos]))


def split(file: IO[bytes], name: str) -> Iterator[bytes]:
    """The lines of a file.

    Raises:
        InputInvalid: one is longer than any of ours.
    """
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise InputInvalid(f"{name}, line {number}: longer than {LONGEST_LINE} bytes", hint=HINT)
        yield line


def _look_at(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if name not in (MANIFEST, PROMISES, MEMORIES, LISTS) and not _MEMBER.fullmatch(name):
        raise InputInvalid(f"the archive has a member that is none of ours: {name[:100]!r}", hint=HINT)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
        raise InputInvalid(f"{name} is packed in a way that is none of ours", hint=HINT)


def _read_manifest(file: zipfile.ZipFile, names: list[str]) -> Manifest:
    if names.count(MANIFEST) != 1:
        raise InputInvalid("this is no archive of voiced: it has no manifest", hint=HINT)
    if file.getinfo(MANIFEST).file_size > LONGEST_MANIFEST:
        raise InputInvalid(f"{MANIFEST} is too long", hint=HINT)
    with _vouched(MANIFEST):
        text = file.read(MANIFEST)
    try:
        _refuse_newer(msgspec.json.decode(text))
        manifest = _manifest.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputInvalid(f"{MANIFEST}: {error}", hint=HINT) from error
    if sorted(names) != sorted([*manifest.members, MANIFEST]):
        raise InputInvalid("the archive's members are not those that its manifest names", hint=HINT)
    return manifest


def _refuse_newer(manifest: Any) -> None:  # noqa: ANN401 (any JSON)
    version = manifest.get("version") if isinstance(manifest, dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise InputInvalid(f"the archive was made by a newer voiced (its format is {version})", hint="Update voiced.")


@contextmanager
def _vouched(name: str) -> Generator[None]:
    try:
        yield
    except _BROKEN as error:
        raise InputInvalid(f"{name} is damaged, or no archive: {error}", hint=HINT) from error
