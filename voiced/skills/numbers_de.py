"""German numbers and operators."""

from fractions import Fraction

from voiced.skills.numbers import NumberWords

_SMALL = (
    *("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    *("dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"),
)
_TENS = "zwanzig dreissig vierzig fünfzig sechzig siebzig achtzig neunzig".split()  # noqa: SIM905
"""Twenty to ninety: texts come without ß."""
_BEFORE = ["ein", *_SMALL[2:10]]
"""One to nine, as they stand before the rest of a word."""
_ONE = ("ein", "eine", "einen", "einem", "einer", "eines")
_PARTS = {
    **dict.fromkeys(("halb", "halbe", "halben", "halber", "halbes", "hälfte"), Fraction(1, 2)),
    **{
        f"{word}tel": Fraction(1, value)
        for value, word in enumerate(["drit", "vier", "fünf", "sechs", "sieb", "ach", "neun", "zehn"], 3)
    },
    "dreiviertel": Fraction(3, 4),
    "anderthalb": Fraction(3, 2),
    **{f"{word}einhalb": value + Fraction(1, 2) for value, word in enumerate([*_BEFORE, *_SMALL[10:]], 1)},
}
GERMAN = NumberWords(
    small={word: value for value, word in enumerate(_SMALL)}
    | dict.fromkeys(_ONE, 1)
    | {"zwo": 2}
    | {f"{unit}und{ten}": tens * 10 + one for tens, ten in enumerate(_TENS, 2) for one, unit in enumerate(_BEFORE, 1)}
    | {ten: tens * 10 for tens, ten in enumerate(_TENS, 2)},
    tens={},
    hundred="hundert",
    scales={
        "tausend": 10**3,
        **dict.fromkeys(("million", "millionen"), 10**6),
        **dict.fromkeys(("milliarde", "milliarden"), 10**9),
        **dict.fromkeys(("billion", "billionen"), 10**12),
    },
    parts=_PARTS,
    one=_ONE,
    joint="und",
    point="komma",
    minus=("minus", "negativ"),
    group=".",
    decimal=",",
    powers="{digits} mal 10 hoch {exponent}",
    signs={
        "die quadratwurzel aus": "√",
        "die quadratwurzel von": "√",
        "quadratwurzel aus": "√",
        "quadratwurzel von": "√",
        "die dritte wurzel aus": "∛",
        "dritte wurzel aus": "∛",
        "kubikwurzel aus": "∛",
        "die wurzel aus": "√",
        "die wurzel von": "√",
        "wurzel aus": "√",
        "wurzel von": "√",
        "prozent weniger als": "off",
        "geteilt durch": "/",
        "dividiert durch": "/",
        "multipliziert mit": "*",
        "zum quadrat": "²",
        "im quadrat": "²",
        "klammer auf": "(",
        "klammer zu": ")",
        "prozent": "%",
        "durch": "/",
        "hoch": "^",
        "mal": "*",
        "x": "*",
        "×": "*",
        "÷": "/",
        "plus": "+",
        "minus": "-",
        "weniger": "-",
        "negativ": "-",
        "von": "of",
    },
    within=r"(hundert|tausend)(?:und(?=[^\W\d_]))?",
)
