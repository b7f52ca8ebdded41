"""What is found however it is written or said, and what is said about rules that cannot be used."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from voiced.core.errors import ConfigInvalid
from voiced.core.privacy import classify
from voiced.core.reading import read
from voiced.setup.privacy import load_rules

SHIPPED = ROOT / "config" / "privacy"
EN = load_rules([SHIPPED], "en")
DE = load_rules([SHIPPED], "de")
DIGITS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "de": ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
}


def kinds(text: str, rules=EN) -> set[str]:
    return {reason.kind for reason in classify(text, rules).reasons}


def luhn(digits: str) -> str:
    """Digits with their check digit."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def iban(country: str, account: str) -> str:
    """An account with its country and check digits."""
    number = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
    return f"{country}{98 - int(number) % 97:02}{account}"


@st.composite
def written(draw, signs: str) -> str:
    """A number in groups, with dashes, or in words."""
    grouped = " ".join(re.findall(".{1,4}", signs))
    words = " ".join(DIGITS["en"][int(sign)] if sign.isdigit() else sign for sign in signs)
    return draw(st.sampled_from([signs, signs.lower(), grouped, grouped.replace(" ", "-"), words, words.title()]))


BODIES = st.integers(0, 10**14 - 1).map(lambda number: f"4{number:014}")
ACCOUNTS = st.one_of(
    st.tuples(st.just("DE"), st.from_regex(r"[0-9]{18}", fullmatch=True)),
    st.tuples(st.just("AT"), st.from_regex(r"[0-9]{16}", fullmatch=True)),
    st.tuples(st.just("GB"), st.from_regex(r"[A-Z]{4}[0-9]{14}", fullmatch=True)),
)
AROUND = st.sampled_from(["{}", "pay with {} please", "it is {}.", "{}, thanks", "here: {} and so on"])


@given(st.data(), BODIES, AROUND)
def test_a_card_is_found_however_it_is_told(data, body, around):
    told = data.draw(written(luhn(body)))
    assert "card" in kinds(around.format(told))


@given(st.data(), BODIES, st.integers(1, 9), AROUND)
def test_a_number_that_fails_the_check_is_no_card(data, body, off, around):
    card = luhn(body)
    told = data.draw(written(card[:-1] + str((int(card[-1]) + off) % 10)))
    assert "card" not in kinds(around.format(told))


@given(st.data(), ACCOUNTS, AROUND)
def test_an_iban_is_found_however_it_is_told_and_whatever_follows(data, account, around):
    told = data.draw(written(iban(*account)))
    text = around.format(told)
    (found,) = [each for each in classify(text, EN).reasons if each.kind == "iban"]
    assert text[found.start : found.end] == told


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["my", "pin", "is", "four", "hundred", " ", "@", "-", "x"])).map("".join)
)
def test_every_text_has_a_class_and_reasons_that_lie_in_it(text):
    for rules in (EN, DE):
        found = classify(text, rules)
        assert all(0 <= each.start < each.end <= len(text) for each in found.reasons)
        assert (found.privacy == "public") == all(each.privacy == "public" for each in found.reasons)


NASTY = [
    "a",
    "a ",
    "4",
    "4 ",
    "four ",
    "my ",
    "i ",
    "my pin ",
    "the password is ",
    "a@",
    "a.",
    "a-",
    "a_",
    "a dot ",
    "a at ",
    "change the ",
    "one hundred ",
    "i have diabetes ",
    "ich habe ",
    "tausend",
    "und hundert ",
    "de89 ",
    "eyjaaaaaaaa.",
    "aa://a:",
    "+1 ",
    "(",
    "at 1 a ",
    "astraße ",
    "'",
    ", ",
    "is ",
    "code a ",
]


@pytest.mark.parametrize("unit", NASTY)
def test_a_long_text_of_nothing_but_beginnings_is_done_in_time(unit):
    text = (unit * 10_000)[:10_000]
    for rules in (EN, DE):
        classify(text, rules)


@given(st.text(max_size=200))
def test_a_reading_knows_where_all_of_it_was(text):
    reading = read(text, EN.numbers)
    assert "".join(reading.pieces) == reading.text
    assert "".join(text[start:end] for start, end in reading.spans) == text
    if text:
        assert reading.original(0, len(reading.text)) == (0, len(text))


@pytest.mark.parametrize(
    ("said", "read_as", "rules"),
    [
        ("forty-seven eleven", "47 11", EN),
        ("double oh seven", "00 7", EN),
        ("four thousand seven hundred eleven", "4711", EN),
        ("twenty seven thousand and five", "27005", EN),
        ("two hundred and my wife", "200 and my wife", EN),
        ("zero zero seven three", "0 0 7 3", EN),
        ("It’s\n\nTWO", "it's 2", EN),
        ("viertausendsiebenhundertelf", "4711", DE),
        ("siebenundvierzig elf", "47 11", DE),
        ("einhundertfünf", "105", DE),
        ("hundertprozentig", "hundertprozentig", DE),
    ],
)
def test_numbers_are_read_as_they_are_written(said, read_as, rules):
    assert read(said, rules.numbers).text == read_as


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my pin is four thousand seven hundred eleven", "credential"),
        ("pay with 4111 1111 1111 1111 12/27", "card"),
        ("send it to BE68 5390 0754 7034", "iban"),
        ("look at 52.520008, 13.404954", "location"),
        ("-----BEGIN RSA PRIVATE KEY-----", "credential"),
        ("write to john dot smith at gmail dot com", "e-mail"),
        ("my tax number is 12 345 678 901", "national-id"),
    ],
)
def test_what_has_a_form_is_found(text, kind):
    assert kind in kinds(text)


def test_a_language_without_a_file_has_the_rules_of_any():
    assert "iban" in kinds("DE89 3704 0044 0532 0130 00", load_rules([SHIPPED], "fr"))
    assert "card" in kinds("quatre un un un" + " un" * 12, load_rules([SHIPPED], "fr"))


def own(folder: Path, text: str, name: str = "en.toml"):
    (folder / name).write_text(text)
    return load_rules([SHIPPED, folder], "en")


def test_an_owner_s_file_adds_words_and_rules_and_changes_fields(tmp_path):
    rules = own(
        tmp_path,
        """
        [lists]
        condition = ["the gruffles"]
        [rules.family]
        privacy = "public"
        [rules.ship]
        privacy = "secret"
        words = ["kestrel"]
        after = ' {no_value}'
        """,
    )
    assert kinds("I have the gruffles", rules) == {"health"}
    assert classify("my wife", rules).privacy == "public"
    assert classify("Kestrel is", rules).privacy == "public"
    assert classify("Kestrel of", rules).reasons[0].kind == "ship"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[rules.x]\nwords = ['x']", "missing required field `privacy`"),
        ("[rules.x]\nprivacy = 'hush'", "Invalid enum value 'hush'"),
        ("[rules.x]\nprivacy = 'secret'\nwords = ['{nothing}']", "rules.x: there is no list {nothing}"),
        ("[rules.x]\nprivacy = 'secret'\npattern = '{nothing}'", "rules.x: there is no list or part {nothing}"),
        ("[rules.x]\nprivacy = 'secret'\npattern = 'a+'", "rules.x: it repeats without a bound"),
        ("[rules.x]\nprivacy = 'secret'\npattern = 'a{2,}'", "rules.x: it repeats without a bound"),
        ("[rules.x]\nprivacy = 'secret'\npattern = '('", "rules.x: missing )"),
        ("[rules.x]\nprivacy = 'secret'\npattern = 'a'\ncheck = 'nothing'", "python-stdnum has no module nothing"),
        ("[rules.x]\nprivacy = 'secret'\nwords = [' ']", "rules.x: one of its words is empty"),
        ("[rules.x]\nprivacy = 'secret'", "rules.x: it has neither words nor a pattern"),
        ("[parts]\na = '{b}'\nb = '{a}'\n[rules.x]\nprivacy = 'secret'\npattern = '{a}'", "contain each other"),
        ("[rule.x]", "unknown field `rule`"),
        ("[rules", "cannot be read"),
        ("[spoken]\nnumbers = { ten = '100' }", "matching regex"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, text, told):
    with pytest.raises(ConfigInvalid, match=r"en\.toml") as raised:
        own(tmp_path, text)
    assert told in raised.value.message


def test_a_file_of_no_language_is_named(tmp_path):
    with pytest.raises(ConfigInvalid, match=r"english\.toml is of no language"):
        own(tmp_path, "", "english.toml")
