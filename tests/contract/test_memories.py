"""Whatever keeps memories keeps these promises."""

import numpy as np
import pytest

from tests.rigs.memories import NOON, SIZE, Run, texts, vector
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.history import Source
from voiced.core.memories import LONGEST_MEMORIES, NewMemory, Scope


def test_a_note_is_as_it_was_told(kept: Run):
    new = NewMemory(
        text="weiß 🦜\0",
        kind="document",
        id="n",
        at=NOON,
        title="T",
        space="kitchen",
        user="ann",
        tags=["b", "a", "b"],
        source=Source("file", "/x", "X"),
        privacy="secret",
    )
    (made,) = kept.add([new])
    for name in set(NewMemory.__struct_fields__) - {"tags"}:
        assert getattr(made, name) == getattr(new, name), name
    assert made.tags == ["a", "b"]
    assert made.role is None
    assert kept.get("n") == made


def test_what_is_sent_twice_is_kept_once(kept: Run):
    (first,) = kept.add([NewMemory(text="one", id="n")])
    again, other = kept.add([NewMemory(text="two", id="n"), NewMemory(text="three")])
    assert again == first
    assert other.id not in ("", "n")
    assert other.at > NOON - 1e9
    assert kept.state().memories["note"] == 2


def test_a_batch_is_all_or_nothing(kept: Run):
    for bad in (
        [],
        [NewMemory(text="")],
        [NewMemory(text="good"), NewMemory(text="x" * 1_000_001)],
        [NewMemory(text="\ud800")],
        [NewMemory(text="x", at=-1)],
        [NewMemory(text="x")] * (LONGEST_MEMORIES + 1),
    ):
        with pytest.raises(InputInvalid):
            kept.add(bad)
    assert kept.find(Scope()).items == []


def test_what_was_said_is_remembered_with_its_conversation(kept: Run):
    kept.say("the eggs are in the fridge", space="kitchen", tags=["food"], title="Eggs", privacy="sensitive")
    found = kept.get("c-the eggs are in the fridge")
    assert (found.kind, found.text, found.at, found.role) == ("message", "the eggs are in the fridge", NOON, "user")
    assert (found.space, found.tags, found.title, found.privacy) == ("kitchen", ["food"], "Eggs", "sensitive")
    assert found.source == Source("conversation", "c", "Eggs")
    assert texts(kept.search("fridge", None, Scope())) == [found.text]


def test_there_is_no_memory_of_what_never_was(kept: Run):
    with pytest.raises(NotFound):
        kept.get("nothing")
    assert kept.remove(["nothing"]) == 0


def test_the_newest_come_first_page_by_page(kept: Run):
    kept.add([NewMemory(text=f"{number}", at=NOON + number % 3, id=f"n{number}") for number in range(10)])
    kept.say("spoken")
    wanted = [each.id for each in kept.find(Scope()).items]
    assert len(wanted) == 11
    page = kept.find(Scope(), 4)
    found = [each.id for each in page.items]
    while page.next:
        page = kept.find(Scope(), 4, page.next)
        found += [each.id for each in page.items]
    assert found == wanted
    moments = [each.at for each in kept.find(Scope()).items]
    assert moments == sorted(moments, reverse=True)
    for bad in ("x", "1:y", "nan:1"):
        with pytest.raises(InputInvalid):
            kept.find(Scope(), 4, bad)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_limits_have_bounds(kept: Run, limit: int):
    for ask in (kept.find, lambda scope, limit: kept.search("x", None, scope, limit)):
        with pytest.raises(InputInvalid):
            ask(Scope(), limit)


def test_words_find_titles_and_texts_plurals_and_beginnings(kept: Run):
    kept.add([NewMemory(text="The spare keys hang by the door"), NewMemory(text="Tea is in tins", title="Larder")])
    for question in ("where is the key?", "Where are my keys?", "spares"):
        assert texts(kept.search(question, None, Scope())) == ["The spare keys hang by the door"]
    assert texts(kept.search("the LARDER", None, Scope())) == ["Tea is in tins"]
    assert [hit.by for hit in kept.search("tins", None, Scope())] == [["words"]]


def test_rare_words_weigh_more_than_common_ones(kept: Run):
    kept.add([NewMemory(text=f"the lamp in room {number}") for number in range(20)])
    kept.add([NewMemory(text="the violin in the loft")])
    assert texts(kept.search("violin lamp", None, Scope()))[0] == "the violin in the loft"


def test_meaning_finds_what_lies_closest(kept: Run):
    kept.add([NewMemory(text=f"note {number}") for number in range(30)])
    kept.say("note 99")
    kept.embed_all()
    (hit, *others) = kept.search("", vector("note 99"), Scope(), 5)
    assert (hit.memory.text, hit.by, len(others)) == ("note 99", ["meaning"], 4)
    assert hit.similarity == pytest.approx(1, abs=0.01)
    assert [each.similarity for each in others] == sorted((each.similarity for each in others), reverse=True)


def test_what_is_found_both_ways_comes_first(kept: Run):
    kept.add([NewMemory(text=f"lamp {number}") for number in range(30)])
    kept.embed_all()
    hits = kept.search("lamp 7", vector("lamp 7"), Scope(), 30)
    assert hits[0].memory.text == "lamp 7"
    assert hits[0].by == ["words", "meaning"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_hit_by_words_alone_is_compared_too(kept: Run):
    kept.add([NewMemory(text=f"other {number}") for number in range(100)] + [NewMemory(text="violin")])
    kept.embed_all()
    hit = kept.search("violin", -vector("violin"), Scope(), 1)[0]
    assert hit.similarity is not None
    hits = kept.search("violin", -vector("violin"), Scope(), 100)
    (violin,) = [hit for hit in hits if hit.memory.text == "violin"]
    assert violin.similarity == pytest.approx(-1, abs=0.01)


def test_a_question_comes_after_what_answers_it(kept: Run):
    kept.say("where is the violin", "the violin is in the loft")
    kept.embed_all()
    found = texts(kept.search("where is the violin", vector("where is the violin"), Scope()))
    assert found == ["the violin is in the loft", "where is the violin"]


def test_what_is_said_all_the_time_comes_after_what_was_told_once(kept: Run):
    kept.add([NewMemory(text=f"volume to {number}") for number in range(20)] + [NewMemory(text="told once")])
    parts = np.eye(SIZE, dtype=np.float32)
    for each in kept.unembedded("m", 100):
        often = 0.7 * parts[0] + 0.7 * parts[1] + 0.1 * parts[each.key % 9 + 3]
        near = 0.65 * parts[0] + 0.76 * parts[2] if each.text == "told once" else often
        kept.embed("m", [each.key], (near / np.linalg.norm(near))[np.newaxis])
    kept.use("m")
    assert texts(kept.search("how loud is it", parts[0], Scope(), 1)) == ["told once"]
    assert texts(kept.search("", parts[0], Scope(), 21))[-1] == "told once", "by the vector alone it is the farthest"


SCOPES = {
    "kind": (Scope(kinds=["document"]), {"piece"}),
    "kinds": (Scope(kinds=["document", "message"]), {"piece", "spoken", "other"}),
    "space": (Scope(space="attic"), {"note", "other"}),
    "user": (Scope(user="ann"), {"note", "spoken"}),
    "tag": (Scope(tag="a"), {"piece", "spoken"}),
    "since": (Scope(since=NOON), {"spoken", "other", "piece"}),
    "until": (Scope(until=NOON), {"note"}),
    "conversation": (Scope(conversation="c"), {"spoken"}),
    "file": (Scope(source="/f"), {"piece"}),
    "talk": (Scope(source="c"), {"spoken"}),
    "all of it": (Scope(space="attic", user="ann", until=NOON, kinds=["note"]), {"note"}),
    "nothing": (Scope(space="nowhere"), set()),
}


@pytest.mark.parametrize("name", SCOPES)
def test_a_scope_holds_for_lists_words_and_meaning(kept: Run, name: str):
    scope, wanted = SCOPES[name]
    kept.add(
        [
            NewMemory(text="note", at=NOON - 1, space="attic", user="ann", tags=["b"]),
            NewMemory(text="piece", at=NOON + 1, kind="document", tags=["a", "b"], source=Source("file", "/f")),
        ]
    )
    kept.say("spoken", user="ann", tags=["a"])
    kept.say("other", conversation="d", space="attic")
    kept.embed_all()
    assert {each.text for each in kept.find(scope).items} == wanted
    assert set(texts(kept.search("note piece spoken other", None, scope))) == wanted
    assert set(texts(kept.search("", vector("spoken"), scope))) == wanted


def test_a_narrow_scope_loses_nothing_among_many(kept: Run):
    """The closest in the scope is farther away than a thousand others."""
    for first in range(0, 2000, 1000):
        kept.add([NewMemory(text=f"note {first + number}") for number in range(1000)])
    kept.add([NewMemory(text="far away", space="attic")])
    kept.embed_all()
    assert texts(kept.search("", -vector("far away"), Scope(space="attic"))) == ["far away"]


def test_what_is_deleted_is_not_found_until_it_comes_back(kept: Run):
    kept.say("violin", "cello")
    kept.say("viola", conversation="d")
    kept.embed_all()
    kept.delete("c")
    assert texts(kept.search("violin viola", vector("violin"), Scope())) == ["viola"]
    assert [each.text for each in kept.find(Scope()).items] == ["viola"]
    assert kept.unembedded("new", 10)[0].text == "viola"
    with pytest.raises(NotFound):
        kept.get("c-violin")
    kept.bring_back("c")
    assert texts(kept.search("violin", vector("violin"), Scope()))[0] == "violin"


def test_where_most_is_deleted_the_rest_is_found(kept: Run):
    for first in range(0, 2000, 1000):
        kept.say(*(f"note {first + number}" for number in range(1000)))
    kept.say("still here", conversation="d")
    kept.embed_all()
    kept.delete("c")
    assert texts(kept.search("", -vector("still here"), Scope())) == ["still here"]


def test_what_is_removed_is_gone_for_every_search(kept: Run):
    one, two = kept.add([NewMemory(text="violin"), NewMemory(text="cello")])
    kept.say("flute")
    kept.embed_all()
    assert kept.remove([one.id, "c-flute", one.id]) == 1
    kept.delete("c")
    assert texts(kept.search("violin cello flute", vector("violin"), Scope())) == ["cello"]
    assert kept.state().memories["note"] == 1
    with pytest.raises(NotFound):
        kept.get(one.id)
    assert kept.get(two.id) == two
