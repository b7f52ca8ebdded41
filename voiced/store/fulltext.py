"""Any text as a full-text query for what it is about."""

import re
import unicodedata

MOST_WORDS = 32
"""Of a longer text, the first ones that say something."""
LONG = 4
"""Letters of a word that is also found where another one begins with it; of a shorter one only its plural is."""
WORD = re.compile(r"[^\W_]+")
EMPTY = frozenset(
    """
    a about am an and any are as at be been but by can could did do does doing for from had has have having he
    her hers him his how i if in into is it its just let may me mine my no not of on or our ours please shall
    she should so some such than that the their them then there these they this those to us was we were what
    when where whether which who whom whose why will with would you your yours tell know remember remind say
    said ll re ve don didn doesn isn ab aber alle als am an auch auf aus bei bin bis bist bitte da damit dann
    das dass dein deine dem den der des dich die dies diese dieser dir doch du durch ein eine einem einen einer
    es euch für hab habe haben hast hat hatte ich ihm ihn ihr ihre im in ist ja kann kannst kein keine man mein
    meine meinem meinen meiner mich mir mit nach nicht noch nur ob oder sein seine sich sie sind so über um und
    uns unser unsere vom von vor war waren warum was weil welche welcher welches wem wen wenn wer werden wie
    wieso wir wird wo woher wohin zu zum zur
    """.split()  # noqa: SIM905 (a list of so many words would fill a page)
)
"""Words of English and German that are in every text or question, and tell nothing of what it is about."""


def query(text: str) -> str:
    """The full-text query for texts with any of the words that say something; empty: there are no words.

    Where no word says anything, all are taken. Source of the form: FTS5's query syntax.
    """
    words = list(dict.fromkeys(WORD.findall(unicodedata.normalize("NFC", text).lower())))
    telling = [word for word in words if word not in EMPTY and (len(word) > 1 or not word.isascii() or word.isdigit())]
    return " OR ".join(_term(word) for word in (telling or words)[:MOST_WORDS])


def _term(word: str) -> str:
    """A word and what begins with it, such as its plural; of a plural, also the singular."""
    if len(word) < LONG:
        return f'"{word}" OR "{word}s"'
    stem = word[:-1] if word.endswith("s") and not word.endswith("ss") else word
    return f'"{stem}" *'
