"""What is about a topic, by its words alone."""

import pytest

from voiced.core.memories import Memory, MemoryKind, mentions


def memory(kind: MemoryKind, text: str, title: str) -> Memory:
    return Memory(id="m", kind=kind, text=text, title=title, at=1.0, space="home")


@pytest.mark.parametrize(
    ("kind", "text", "title", "about"),
    [
        ("note", "The Boat is red.", "", True),
        ("note", "the boats are red", "", False),
        ("document", "It is red.", "boat.md", True),
        ("message", "is the boat red", "", True),
        ("message", "what time is it", "Is the boat red?", False),
    ],
)
def test_a_memory_is_about_what_it_says_itself(kind: MemoryKind, text: str, title: str, about):
    assert mentions(memory(kind, text, title), "red BOAT") is about
