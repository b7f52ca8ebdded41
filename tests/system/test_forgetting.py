"""What is forgotten through a real daemon is in no byte of its home: neither while it runs nor afterwards."""

from pathlib import Path

from tests.rigs.box import Box

WORDS = ("xylophone", "quicksilver", "481920")
"""All of what is forgotten; each is looked for alone."""
SAID = "the xylophone opens with quicksilver 481920"


def left(box: Box) -> list[str]:
    return [f"{word}: {name}" for word in WORDS for name in box.telling(word)]


def tell(box: Box) -> None:
    """Everything that can be told in writing, and copies of it."""
    box.run("ask", SAID)
    box("remember", SAID)
    box("remember", str(box.home / "note.md"))
    box("backup")
    box.run("ask", f"remember that {SAID}")
    box("backup")


def test_what_is_forgotten_is_in_no_byte_that_a_daemon_has_written(tmp_path: Path):
    box = Box(tmp_path, "off")
    note = box.home / "note.md"
    with box.daemon():
        note.write_text(f"# House\n\n{SAID}\n")
        tell(box)
        box.run("ask", "the kitchen is green")
        note.unlink()
        assert len(left(box)) >= 3 * len(WORDS)
        (gone,) = box("forget", "--about", "xylophone quicksilver", "--yes")
        assert gone["memories"] >= 3
        assert left(box) == []
        assert "xylophone" not in box.run("recall", "xylophone", "--json").stdout
        assert "the kitchen is green" in [hit["memory"]["text"] for hit in box("recall", "kitchen")]
        assert {each["content"] for each in box("history")} >= {"the kitchen is green"}
    assert left(box) == []


def test_everything_is_forgotten_with_what_was_promised(tmp_path: Path):
    box = Box(tmp_path, "off")
    note = box.home / "note.md"
    with box.daemon():
        note.write_text(f"# House\n\n{SAID}\n")
        tell(box)
        note.unlink()
        box("timer", "add", "1h", "--name", "xylophone")
        assert len(left(box)) >= 3 * len(WORDS)
        box("forget", "--everything", "--yes")
        assert left(box) == []
        assert box("timer", "list") == []
    assert left(box) == []
