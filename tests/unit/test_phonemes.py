"""Words that no dictionary knows."""

# ruff: noqa: RUF001 - the letters of IPA are meant.

import pytest

from voiced.core.errors import SttFailed
from voiced.engines.phonemes import pronounce, to_arpabet

PHONES = """
    AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH
"""


@pytest.mark.parametrize(
    ("ipa", "phones"),
    [
        ("ʌnmjˈuːt", "AH N M Y UW T"),
        ("dʒˈɑːɹvɪs", "JH AA R V IH S"),
        ("paɪˈeɪə", "P AY EY AH"),
        ("wˈɔːɾɚ", "W AO T ER"),
        ("(de)ʃnˈɪtsəl(en)", "SH N IH T S AH L"),
        ("", ""),
    ],
)
def test_to_arpabet(ipa: str, phones: str) -> None:
    assert to_arpabet(ipa) == phones


def test_pronounces_names_in_the_phones_of_the_model() -> None:
    guessed = pronounce(["roborock", "müsli", "o'brien", "-x", "schnitzel"])
    assert len(guessed) == 5
    assert all(set(phones.split()) <= set(PHONES.split()) for phones in guessed.values())


def test_nothing_is_asked_for_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert pronounce([]) == {}
    with pytest.raises(SttFailed, match="espeak-ng does not run"):
        pronounce(["roborock"])
