"""German, as it sounds right aloud."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from voiced.core.speech import WEEK, WEEKDAYS, WEEKEND, Speech, name_units, number_words, whole_units

DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
NEAR = {-2: "vorgestern", -1: "gestern", 0: "heute", 1: "morgen", 2: "übermorgen"}
UNITS = {
    86_400: ("einen Tag", "einem Tag", "Tage", "Tagen"),
    3600: ("eine Stunde", "einer Stunde", "Stunden", "Stunden"),
    60: ("eine Minute", "einer Minute", "Minuten", "Minuten"),
    1: ("eine Sekunde", "einer Sekunde", "Sekunden", "Sekunden"),
}
"""What so many seconds are called: one and several, each in the accusative and the dative."""
OTHERS = {
    "mein": "dein", "meine": "deine", "meinen": "deinen", "meinem": "deinem", "meiner": "deiner", "meines": "deines",
    "mich": "dich", "mir": "dir", "unser": "euer", "unsere": "eure", "unseren": "euren", "unserem": "eurem",
    "unserer": "eurer",
}  # fmt: skip
"""What is mine is yours when it is said back."""
VERBS = {
    "bin": "bist", "habe": "hast", "hab": "hast", "muss": "musst", "will": "willst", "kann": "kannst",
    "soll": "sollst", "darf": "darfst", "mag": "magst", "möchte": "möchtest", "werde": "wirst", "war": "warst",
    "hatte": "hattest", "brauche": "brauchst", "wollte": "wolltest", "sollte": "solltest", "gehe": "gehst",
    "heiße": "heißt", "wohne": "wohnst", "arbeite": "arbeitest", "nehme": "nimmst", "mache": "machst",
    "trinke": "trinkst", "esse": "isst", "finde": "findest", "komme": "kommst", "fahre": "fährst",
}  # fmt: skip
"""What goes with "ich" to what goes with "du"; a sentence with another verb is said back as it is."""
_ARTICLES = "der|die|das|den|dem|eine?|einen|meine?|meinen|unsere?|unseren|etwas|noch|ein paar|ein bisschen"
_THINGS = re.compile(
    r"(?:lichter|lampen|leuchten|läden|rollos|jalousien|gardinen|vorhänge|heizungen|ventilatoren|türen|steckdosen)$",
    re.IGNORECASE,
)
"""What names of things end in that are several."""
_ODD = {"eier": "ei", "pizzen": "pizza"}
"""Several, and one of them."""
_ENDINGS = ("e", "er", "n", "en", "s", "se")
"""What several have behind the word for one."""
_VOWELS = str.maketrans("äöü", "aou")
"""What changes in it: Apfel, Äpfel."""
_SHORTEST = 3
"""Letters of a word that takes an ending: ice (Eis) is not several eggs (Ei)."""
_OF = re.compile(r"^(?:an|ans|am|daran|dass)\b[,\s]*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


class German(Speech):
    """See `Speech`."""

    language = "de"
    decimal = ","
    joint = "und"
    day_names = (
        {"tomorrow": ("morgen",)} | {str(at): (day,) for at, day in enumerate(DAYS)} | {"5": (DAYS[5], "Sonnabend")}
    )
    article = re.compile(rf"^(?:{_ARTICLES})\s+", re.IGNORECASE)

    def duration(self, seconds: float) -> str:
        """See `Speech`. It stands in the accusative."""
        return self._length(seconds, dative=0) or "0 Sekunden"

    def ahead(self, seconds: float) -> str:
        """See `Speech`."""
        return f"in {self._length(seconds, dative=1) or '0 Sekunden'}"

    def adjective(self, seconds: float) -> str:
        """See `Speech`. It is the beginning of a word: "Fünf-Minuten" of "Fünf-Minuten-Timer"."""
        told = "-".join(f"{_counting(count)}-{UNITS[size][3]}" for count, size in name_units(seconds))
        return told[:1].upper() + told[1:]

    def clock_time(self, moment: datetime | time) -> str:
        """See `Speech`."""
        return f"{moment.hour}:{moment.minute:02d} Uhr" if moment.minute else f"{moment.hour} Uhr"

    def date(self, when: date) -> str:
        """See `Speech`."""
        return f"{DAYS[when.weekday()]}, der {_date(when)} {when.year}"

    def day(self, moment: datetime, now: datetime) -> str:
        """See `Speech`."""
        ahead = (moment.date() - now.date()).days
        if ahead in NEAR:
            return NEAR[ahead]
        return f"am {DAYS[moment.weekday()]}" if abs(ahead) < WEEK else f"am {_date(moment)}"

    def days(self, chosen: Sequence[int]) -> str:
        """See `Speech`."""
        known = {tuple(range(WEEK)): "jeden Tag", WEEKDAYS: "an jedem Werktag", WEEKEND: "an jedem Wochenende"}
        return known.get(tuple(chosen)) or f"jeden {self.listed([DAYS[index] for index in chosen])}"

    def past_moment(self, moment: datetime, now: datetime) -> str:
        """See `Speech`."""
        which = "" if moment.date() == now.date() else f"{self.day(moment, now)} "
        return f"{which}um {self.clock_time(moment)}"

    def bare(self, name: str) -> str:
        """See `Speech`. With a capital, as nouns have."""
        name = self.article.sub("", name.strip())
        return name[:1].upper() + name[1:]

    def thing(self, name: str) -> str:
        """See `Speech`. Nobody knows whether it is der, die or das: names stand by themselves."""
        return name

    def several(self, name: str) -> bool:
        """See `Speech`."""
        return _THINGS.search(name) is not None

    def same_thing(self, thing: str, other: str) -> bool:
        """See `Speech`."""
        one, several = sorted((self._key(thing), self._key(other)), key=len)
        takes_ending = len(one.split(" ")[-1]) >= _SHORTEST
        return one == several or (takes_ending and several in {one + ending for ending in _ENDINGS})

    def turned(self, text: str) -> str:
        """See `Speech`."""
        words = _WORD.findall(text.lower())
        own = "ich" in words
        if "wir" in words or (own and not any(word in VERBS for word in words)):
            return text
        other = OTHERS | ({"ich": "du"} | VERBS if own else {})
        return _WORD.sub(lambda word: _like(other.get(word[0].lower(), word[0]), word[0]), text)

    def reminded(self, text: str) -> str:
        """See `Speech`: "an die Wäsche", "daran, deine Tabletten zu nehmen", "daran, dass du anrufen musst"."""
        word = _OF.match(text)
        rest = self.turned(text[word.end() :] if word else text)
        said = word[0].strip(" ,").lower() if word else "daran"
        return f"{said} {rest}" if said.startswith("a") else f"daran, {'dass ' if said == 'dass' else ''}{rest}"

    def _key(self, thing: str) -> str:
        words, _, last = self.article.sub("", thing).casefold().rpartition(" ")
        return f"{words} {_ODD.get(last, last)}".strip().translate(_VOWELS)

    def _length(self, seconds: float, *, dative: int) -> str:
        return self.listed(
            [UNITS[size][dative] if count == 1 else f"{count} {UNITS[size][2 + dative]}"
             for count, size in whole_units(seconds)]
        )  # fmt: skip


def _counting(count: int) -> str:
    return "ein" if count == 1 else number_words(count, "de")


def _date(when: date) -> str:
    return f"{when.day}. {MONTHS[when.month - 1]}"


def _like(word: str, model: str) -> str:
    """A word with a capital where the model has one."""
    return word[:1].upper() + word[1:] if model[:1].isupper() else word
