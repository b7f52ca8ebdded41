"""What a language says for numbers, units and signs: the form of the tables in `speakable_en` and `speakable_de`."""

from collections.abc import Mapping

from msgspec import Struct


class Money(Struct, frozen=True):
    """A currency: what one and several are called, and their hundredths."""

    one: str
    many: str
    cent: str
    cents: str


class Times(Struct, frozen=True):
    """How a time of day is said: `h` and `m` are its numbers, `half` is AM or PM.

    Attributes:
        whole: a whole hour of the first half of the day.
        late: a whole hour of the second half, counted on to 24.
        early: with fewer than ten minutes.
        usual: with more.
        after_midnight: with an hour of 0.
        midnight: without minutes after an hour of 0 or 24.
        seconds: `t` is the rest of it, `s` the seconds.
        half: a whole hour with its half of the day.
        hour: what one o'clock's number is.
        suffix: a pattern of what is written after a time and said with it.
        dotted: whether 7.30 before the suffix is a time.
    """

    whole: str
    late: str
    early: str
    usual: str
    after_midnight: str
    midnight: str
    seconds: str
    half: str
    hour: str
    suffix: str
    dotted: bool


class Vocabulary(Struct, frozen=True):
    """A language.

    Attributes:
        numbers: the language of Unicode's number rules.
        decimal, group: the signs in numbers.
        point, dot: what is said for them: in a number, and in a name or an address.
        minus, plus, times, by, over, to, against, per, either, at, slash, port: words for signs.
        ordinals: endings of what stands before, and the rules of Unicode's that an ordinal takes after them; the last
            one is for all else.
        ordinal: a pattern of an ordinal, with `before` and `n`.
        year_after: a pattern of what stands before a year.
        decade: a pattern of a decade, its number first, and what the ending of the number becomes.
        months: their names.
        short_months: their short names.
        dates: how a date is said, with and without a year.
        day_first: whether 1/2/2026 is in February.
        times_of_day: see `Times`.
        money: by sign; `sum` says how the hundredths are said.
        scales: what may stand between a number and its currency.
        units: what one and several are called; one with its number.
        fractions: by their digits.
        mixed: fractions that follow a whole number.
        abbreviations: by what is written.
        before_number: what is said for a sign or an abbreviation that stands before a number.
        signs: by sign, wherever it stands.
    """

    numbers: str
    decimal: str
    group: str
    point: str
    dot: str
    minus: str
    plus: str
    times: str
    by: str
    over: str
    to: str
    against: str
    per: str
    either: str
    at: str
    slash: str
    port: str
    ordinals: tuple[tuple[str, str], ...]
    ordinal: str
    year_after: str
    decade: tuple[str, tuple[tuple[str, str], ...]]
    months: tuple[str, ...]
    short_months: Mapping[str, str]
    dates: tuple[str, str]
    day_first: bool
    times_of_day: Times
    money: Mapping[str, Money]
    sum: str
    scales: Mapping[str, str]
    units: Mapping[str, tuple[str, str]]
    fractions: Mapping[str, str]
    mixed: Mapping[str, str]
    abbreviations: Mapping[str, str]
    before_number: Mapping[str, str]
    signs: Mapping[str, str]
