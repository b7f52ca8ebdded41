"""Files that are remembered: plain text, Markdown and PDF, in pieces with their place in the file."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from voiced.core.errors import InputInvalid
from voiced.core.history import Source
from voiced.core.memories import NewMemory, Scope
from voiced.core.ports.knowledge import Knowledge
from voiced.core.ports.upkeep import Progress
from voiced.recall.pieces import spans

LARGEST_FILE = 50 * 1024 * 1024
"""Bytes."""
LONGEST_TEXT = 10_000_000
"""Characters: five thousand pages."""
MARKDOWN = (".md", ".markdown")
BATCH = 100
"""Pieces that are kept at a time: the progress is told after each."""
PAGE = 200
"""Pieces that are listed at a time."""
LONGEST_TITLE = 200
READABLE = "Plain text, Markdown and PDF can be read."
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\xff\xfe", b"\xfe\xff")
_ENCODINGS = ("utf-8-sig", "utf-32", "utf-32", "utf-16", "utf-16")
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


class Section(Struct, frozen=True):
    """A part of a file.

    Attributes:
        text: its words.
        heading: what it is called.
        page: its number, from 1; 0 where a file has no pages.
    """

    text: str
    heading: str = ""
    page: int = 0


class Taken(Struct, frozen=True):
    """What became of a file: pieces that it has, and pieces it had before that are gone."""

    pieces: int
    removed: int


def read(path: Path, progress: Progress) -> list[Section]:
    """Reads a file. Blocks.

    Args:
        path: the file.
        progress: told how many pages of a PDF are read.

    Raises:
        InputInvalid: it cannot be read, is too large or of another kind, or holds no text.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            hint = f"A file may have {LARGEST_FILE // 1024**2} MB: split it."
            raise InputInvalid(f"{path} has {size // 1024**2} MB", code="file-too-large", hint=hint)
        content = path.read_bytes()
    except OSError as error:
        raise InputInvalid(f"{path} cannot be read: {error}", code="file-unreadable", hint="Check the path.") from error
    if content[:1024].lstrip().startswith(b"%PDF-"):
        from voiced.recall.pdf import pages  # noqa: PLC0415 (who reads no PDF does not load what it takes)

        found = [Section(text, page=number) for number, text in enumerate(pages(path, content, progress), 1)]
    else:
        text = decoded(path, content)
        found = list(headed(text)) if path.suffix.lower() in MARKDOWN else [Section(text)]
    if not any(section.text.strip() for section in found):
        hint = "If its pages are pictures, let a program recognise their text first." if found and found[0].page else ""
        raise InputInvalid(f"{path} holds no text", code="file-empty", hint=hint)
    if (length := sum(len(section.text) for section in found)) > LONGEST_TEXT:
        hint = f"A file may have {LONGEST_TEXT:,} characters: split it."
        raise InputInvalid(f"{path} has {length:,} characters", code="file-too-large", hint=hint)
    return found


def decoded(path: Path, content: bytes) -> str:
    """The text of a file: as its mark says, in UTF-8, or as old Windows wrote it.

    Raises:
        InputInvalid: it is no text.
    """
    marked = next((name for mark, name in zip(_MARKS, _ENCODINGS, strict=True) if content.startswith(mark)), None)
    if marked is None and b"\0" in content:
        raise InputInvalid(f"{path} is no text", code="file-foreign", hint=READABLE)
    for encoding in [marked] if marked else ["utf-8", "cp1252"]:
        try:
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        except UnicodeDecodeError:
            continue
    hint = "Save it in UTF-8."
    raise InputInvalid(f"{path} is in no encoding that is known", code="file-encoding", hint=hint)


def headed(text: str) -> Iterator[Section]:
    """The sections of a Markdown text, each with its headings from the outermost on."""
    headings: dict[int, str] = {}
    fence, lines = "", list[str]()
    for line in text.splitlines(keepends=True):
        if mark := _FENCE.match(line):
            fence = "" if fence == mark[1] else fence or mark[1]
        elif not fence and (found := _HEADING.match(line.rstrip("\n"))):
            yield Section("".join(lines), " / ".join(headings.values()))
            level = len(found[1])
            headings = {outer: name for outer, name in headings.items() if outer < level} | {level: found[2]}
            lines = []
        lines.append(line)
    yield Section("".join(lines), " / ".join(headings.values()))


def pieces(path: Path, sections: Sequence[Section], space: str, tags: Sequence[str]) -> list[NewMemory]:
    """The pieces of a file as they are remembered. What stays the same in a file that changes keeps its name.

    Args:
        path: the file: its citation.
        sections: its content.
        space: where it belongs.
        tags: of each piece.
    """
    whole = _whole(path)
    made: list[NewMemory] = []
    times = Counter[str]()
    for section in sections:
        place = f"page {section.page}" if section.page else section.heading
        title = _short(f"{path.name}, {place}" if place else path.name)
        for begin, end in spans(section.text):
            if not (text := section.text[begin:end].strip()):
                continue
            name = "\0".join((whole, space, ",".join(tags), title, text))
            times[name] += 1
            digest = hashlib.blake2b(f"{name}\0{times[name]}".encode(), digest_size=16).hexdigest()
            source = Source("file", whole, title)
            made.append(
                NewMemory(
                    id=f"doc-{digest}",
                    kind="document",
                    text=text,
                    title=_short(section.heading or path.name),
                    space=space,
                    tags=sorted(set(tags)),
                    source=source,
                )
            )
    return made


async def take(knowledge: Knowledge, path: Path, made: Sequence[NewMemory], progress: Progress) -> Taken:
    """Remembers the pieces of a file, then forgets those that it had before: at any moment all of it is there.

    Args:
        knowledge: where they are kept.
        path: the file.
        made: its pieces.
        progress: told how many are kept.
    """
    for at in range(0, len(made), BATCH):
        progress(at, len(made))
        await knowledge.add(made[at : at + BATCH])
    progress(len(made), len(made))
    old = sorted(await names(knowledge, path) - {piece.id for piece in made})
    for at in range(0, len(old), BATCH):
        await knowledge.remove(old[at : at + BATCH])
    return Taken(len(made), len(old))


async def names(knowledge: Knowledge, path: Path) -> set[str]:
    """What the pieces of a file are called that are remembered."""
    scope, cursor = Scope(kinds=["document"], source=_whole(path)), None
    found: set[str] = set()
    while True:
        page = await knowledge.find(scope, PAGE, cursor)
        found |= {memory.id for memory in page.items}
        if (cursor := page.next) is None:
            return found


def _whole(path: Path) -> str:
    return str(path.resolve())


def _short(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
