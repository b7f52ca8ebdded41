"""Whatever keeps memories keeps these promises about their vectors."""

import numpy as np
import pytest

from tests.rigs.memories import NOON, SIZE, Run, texts, vector
from voiced.core.errors import InputInvalid
from voiced.core.memories import LONGEST_MEMORIES, NewMemory, Scope


def test_what_has_no_vector_is_told_the_newest_first(kept: Run):
    kept.add([NewMemory(text=f"{number}", at=NOON + number, privacy="secret") for number in range(5)])
    kept.say("spoken")
    kept.embed("m", [kept.unembedded("m", 1)[0].key], vector("x")[np.newaxis])
    waiting = kept.unembedded("m", 3)
    assert [each.text for each in waiting] == ["3", "2", "1"]
    assert waiting[0].privacy == "secret"
    assert len(kept.unembedded("other", 100)) == 6


def test_what_has_no_meaning_is_not_asked_for_again(kept: Run):
    kept.add([NewMemory(text="…"), NewMemory(text="words")])
    keys = [each.key for each in kept.unembedded("m", 10)]
    kept.embed("m", keys, np.zeros((2, SIZE), np.float32))
    kept.use("m")
    assert kept.unembedded("m", 10) == []
    assert (kept.state("m").waiting, kept.state().embedded) == (0, 0)
    assert kept.search("", vector("words"), Scope()) == []


def test_a_vector_that_comes_too_late_is_left_out(kept: Run):
    (note,) = kept.add([NewMemory(text="gone")])
    (late,) = kept.unembedded("m", 1)
    kept.remove([note.id])
    kept.add([NewMemory(text="new")])
    kept.embed("m", [late.key], vector("gone")[np.newaxis])
    kept.use("m")
    assert kept.search("", vector("gone"), Scope()) == []
    assert kept.unembedded("m", 10)[0].key != late.key


def test_the_first_vector_of_a_text_stays(kept: Run):
    kept.add([NewMemory(text="violin")])
    kept.embed_all()
    key = kept.unembedded("other", 1)[0].key
    kept.embed("m", [key, key], np.stack([vector("x"), vector("y")]))
    assert kept.search("", vector("violin"), Scope())[0].similarity == pytest.approx(1, abs=0.01)


def test_the_old_model_is_searched_until_the_new_one_is_used(kept: Run):
    kept.add([NewMemory(text="violin"), NewMemory(text="cello")])
    kept.embed_all("old")
    (first, second) = kept.unembedded("new", 10)
    kept.embed("new", [first.key], vector(first.text, 20)[np.newaxis])
    state = kept.state("new")
    assert (state.model, state.embedded, state.waiting) == ("old", 2, 1)
    assert texts(kept.search("", vector("violin"), Scope(), 1)) == ["violin"]
    kept.embed("new", [second.key], vector(second.text, 20)[np.newaxis])
    kept.use("new")
    state = kept.state("new")
    assert (state.model, state.embedded, state.waiting) == ("new", 2, 0)
    assert texts(kept.search("", vector("violin", 20), Scope(), 1)) == ["violin"]
    assert len(kept.unembedded("old", 10)) == 2


def test_without_a_model_words_alone_are_searched(kept: Run):
    kept.add([NewMemory(text="violin")])
    assert texts(kept.search("violin", vector("violin"), Scope())) == ["violin"]
    assert kept.search("", vector("violin"), Scope()) == []
    state = kept.state("m")
    assert (state.model, state.embedded, state.waiting) == ("", 0, 1)
    kept.use("m")
    assert kept.state().model == "m"
    assert texts(kept.search("violin", vector("violin"), Scope())) == ["violin"]


@pytest.mark.parametrize("size", [1, 7, 8, 384, 4096])
def test_vectors_may_have_any_size(kept: Run, size: int):
    kept.add([NewMemory(text=f"{number}") for number in range(5)])
    kept.embed_all(size=size)
    assert len(kept.search("", vector("3", size), Scope())) == 5
    if size > 1:
        assert texts(kept.search("", vector("3", size), Scope(), 1)) == ["3"]


def test_vectors_that_are_none_are_refused(kept: Run):
    kept.add([NewMemory(text="violin")])
    kept.embed_all()
    (waiting,) = kept.unembedded("other", 1)
    good = vector("x")[np.newaxis]
    for model, keys, vectors in (
        ("", [waiting.key], good),
        ("other", [waiting.key], good[0]),
        ("other", [waiting.key], np.zeros((1, 0), np.float32)),
        ("other", [waiting.key], vector("x", 4097)[np.newaxis]),
        ("other", [waiting.key, 1], good),
        ("other", [waiting.key], good * np.nan),
        ("other", [waiting.key], good * 2),
        ("m", [waiting.key], vector("x", SIZE + 1)[np.newaxis]),
        ("other", list(range(LONGEST_MEMORIES + 1)), np.repeat(good, LONGEST_MEMORIES + 1, axis=0)),
    ):
        with pytest.raises(InputInvalid):
            kept.embed(model, keys, vectors)
    with pytest.raises(InputInvalid, match="12"):
        kept.search("violin", vector("x", SIZE + 1), Scope())
    kept.embed("other", [], np.zeros((0, SIZE), np.float32))
    assert kept.state().model == "m"
