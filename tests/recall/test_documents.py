"""Files that are remembered."""

import asyncio
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.memories import FakeMemories
from tests.rigs.pdf import locked, pdf
from voiced.core.config_keeping import MemoryConfig
from voiced.core.errors import InputInvalid
from voiced.core.memories import Scope
from voiced.core.status import MemoryStatus
from voiced.recall import documents
from voiced.recall.documents import Section, headed, names, pieces, read, take
from voiced.recall.knowledge import OwnKnowledge
from voiced.recall.pieces import SIZE
from voiced.recall.search import Search


def unheard(_done: int, _total: int) -> None: ...


def sections(path: Path, content: bytes) -> list[Section]:
    path.write_bytes(content)
    return read(path, unheard)


@pytest.mark.parametrize(
    "content",
    [
        "Grüße aus Köln".encode(),
        "Grüße aus Köln".encode("utf-8-sig"),
        "Grüße aus Köln".encode("utf-16"),
        "Grüße aus Köln".encode("utf-32"),
        "Grüße aus Köln".encode("cp1252"),
    ],
)
def test_any_usual_encoding_is_read(tmp_path: Path, content: bytes):
    assert sections(tmp_path / "a.txt", content) == [Section("Grüße aus Köln")]


MARKDOWN = """Before.

# Garden #
Dig.
## Roses
Cut them.
```
# no heading
```
# Pool
Swim.
"""


def test_markdown_is_cut_at_its_headings(tmp_path: Path):
    found = sections(tmp_path / "house.md", MARKDOWN.encode())
    assert [section.heading for section in found] == ["", "Garden", "Garden / Roses", "Pool"]
    assert "".join(section.text for section in found) == MARKDOWN
    assert "# no heading" in found[2].text


@given(st.lists(st.sampled_from(["# A\n", "## B\n", "### C ###\n", "text\n", "```\n", "~~~\n", "\n", "#\n"])))
def test_sections_are_the_text(lines: list[str]):
    text = "".join(lines)
    assert "".join(section.text for section in headed(text)) == text


def test_a_pdf_is_read_page_by_page(tmp_path: Path):
    told: list[tuple[int, int]] = []
    (tmp_path / "manual.pdf").write_bytes(pdf("The pump is exam-\nined in May.", "The filter is blue."))
    found = read(tmp_path / "manual.pdf", lambda done, total: told.append((done, total)))
    assert [section.page for section in found] == [1, 2]
    assert "The pump is examined in May." in found[0].text
    assert told == [(0, 2), (1, 2), (2, 2)]
    second = pieces(tmp_path / "manual.pdf", found, "home", [])[1]
    assert second.source is not None
    assert second.source.title == "manual.pdf, page 2"
    assert second.source.reference == str(tmp_path / "manual.pdf")


def test_a_pdf_that_only_may_not_be_changed_is_read(tmp_path: Path):
    assert "blue" in sections(tmp_path / "a.pdf", locked(pdf("The filter is blue."), ""))[0].text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x89PNG\0\0\x01", "file-foreign"),
        (b"\xff\xfe\x00", "file-encoding"),
        (b"broken \x81\xc3", "file-encoding"),
        (b"", "file-empty"),
        (b" \n\n", "file-empty"),
        (b"%PDF-1.4 and nothing", "file-broken"),
        (pdf("x")[:-60], "file-broken"),
        (pdf(""), "file-empty"),
        (locked(pdf("secret"), "password"), "file-locked"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, content: bytes, code: str):
    with pytest.raises(InputInvalid) as told:
        sections(tmp_path / "a.file", content)
    assert told.value.code == code
    assert str(tmp_path) in told.value.message


def test_a_broken_pdf_is_read_or_told_whatever_is_broken(tmp_path: Path):
    whole = pdf("The pump is examined in May.", "The filter is blue.")
    chance = random.Random(1)
    for _ in range(150):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            broken[chance.randrange(8, len(broken))] = chance.randrange(256)
        try:
            sections(tmp_path / "a.pdf", bytes(broken))
        except InputInvalid as error:
            assert error.code.startswith("file-")  # noqa: PT017 (either is good)


def test_what_is_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(documents, "LARGEST_FILE", 10)
    with pytest.raises(InputInvalid, match="MB"):
        sections(tmp_path / "a.txt", b"more than ten")
    monkeypatch.setattr(documents, "LARGEST_FILE", 1000)
    monkeypatch.setattr(documents, "LONGEST_TEXT", 10)
    with pytest.raises(InputInvalid, match="characters"):
        sections(tmp_path / "a.txt", b"more than ten")


def test_what_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(InputInvalid, match="cannot be read"):
        read(tmp_path / "none", unheard)


def test_a_file_that_changed_takes_the_place_of_what_it_was(tmp_path: Path):
    memories = FakeMemories()
    search = Search(memories, [], lambda: "", MemoryConfig())
    knowledge = OwnKnowledge(memories, search, MemoryStatus, lambda: None, lambda _: "public")
    path = tmp_path / "house.md"

    async def remember(text: str) -> tuple[int, int, set[str]]:
        path.write_text(text)
        taken = await take(knowledge, path, pieces(path, read(path, unheard), "home", ["b", "a"]), unheard)
        return taken.pieces, taken.removed, await names(knowledge, path)

    async def play() -> None:
        many = "\n\n".join(f"Sentence {number} of many more words than that." for number in range(9000))
        before = await remember(f"# A\nOne.\n# B\nTwo.\n# C\n{many}")
        assert before[1] == 0
        assert before[0] == len(before[2]) > 300
        again = await remember(f"# A\nOne.\n# B\nTwo.\n# C\n{many}")
        assert again == (before[0], 0, before[2])
        pieces_, removed, now = await remember("# A\nOne.\n# B\nAnother.\n")
        assert (pieces_, removed, len(now)) == (2, before[0] - 1, 2)
        assert len(now & before[2]) == 1
        (found,) = [each for each in (await knowledge.find(Scope())).items if "Another" in each.text]
        assert (found.title, found.tags, found.kind) == ("B", ["a", "b"], "document")

    asyncio.run(play())


@given(st.text(min_size=1).filter(str.strip))
def test_every_piece_can_be_kept(text: str):
    for piece in pieces(Path("a.txt"), [Section(text, heading=text)], "home", []):
        assert 0 < len(piece.text) <= SIZE
        assert len(piece.title) <= 200
        assert len(piece.id) <= 200
