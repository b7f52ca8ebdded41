"""Words of English and German that are in any text or question, and tell nothing of what it is about: pure."""

import re

_WORDS = """
    a about am an and any are as at be been but by can could did do does doing for from had has have having he her hers
    him his how i if in into is it its just let me mine my no not of on or our ours please said say shall she should so
    some such tell than that the their them then there these they this those to told us was we were what when where
    whether which who whom whose why will with would you your yours know remember remind d ll m re s t ve aren couldn
    didn doesn don hadn hasn haven isn shouldn wasn weren won wouldn ab aber alle als am an auch auf aus bei bin bis
    bist bitte da damit dann das dass dein deine dem den der des dich die dies diese dieser dir doch du durch ein eine
    einem einen einer es euch für hab habe haben hast hat hatte ich ihm ihn ihr ihre im in ist ja kann kannst kein
    keine man mein meine meinem meinen meiner mich mir mit nach nicht noch nun nur ob oder sag sein seine sich sie sind
    so über um und uns unser unsere vom von vor war waren warum was weil weißt welche welcher welches wem wen wenn wer
    werden wie wieso wir wird wo woher wohin zu zum zur may
"""
COMMON = frozenset(_WORDS.split())
STEM = 5
"""Letters of a word that count: "plants" and "planting" are about the same."""
_WORD = re.compile(r"\w+")


def content_words(text: str) -> frozenset[str]:
    """The words of a text that tell what it is about, as far as they count."""
    return frozenset(
        word[:STEM]
        for word in _WORD.findall(text.casefold())
        if word not in COMMON and (len(word) > 1 or word.isdigit())
    )
