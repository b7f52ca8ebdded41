"""Any text becomes a full-text query that SQLite takes, and that asks for what the text is about."""

from contextlib import closing

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.store.fulltext import MOST_WORDS, query


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Where did I put the spare fuses?", ['"put" OR "puts"', '"spare" *', '"fuse" *']),
        ("Wo ist der Schlüssel für den Keller?", ['"schlüssel" *', '"keller" *']),
        ("what is the", ['"what" *', '"is" OR "iss"', '"the" OR "thes"']),
        ('"a" NOT (b) AND c* OR NEAR(x, 2) ^title: -y', ['"near" *', '"2" OR "2s"', '"title" *']),
        ("rain rain RAIN", ['"rain" *']),
        ("O'Neill's glass", ['"neill" *', '"glass" *']),
        ("cafe\u0301", ['"café" *']),
        ("🙂 …!", []),
        ("", []),
        ("a\0b", ['"a" OR "as"', '"b" OR "bs"']),
    ],
)
def test_a_question_becomes_the_words_that_say_something(text, terms):
    assert query(text) == " OR ".join(terms)


def test_a_long_text_is_asked_for_by_its_first_words():
    assert query(" ".join(f"word{number}" for number in range(500))).count("*") == MOST_WORDS


@given(st.text() | st.text(alphabet="\"'*^:()-+{}[]<>ab NOT\0\ud800\u0301", max_size=60))
def test_no_text_makes_a_query_that_sqlite_does_not_take(text):
    with closing(apsw.Connection(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text)")
        if asked := query(text):
            connection.execute("SELECT 1 FROM words WHERE words MATCH ?", (asked,)).fetchall()
