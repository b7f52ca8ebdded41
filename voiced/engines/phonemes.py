"""How words sound that no dictionary knows: espeak-ng's phonemes, written in the phone set of CMU's dictionary."""

# ruff: noqa: RUF001 - the letters of IPA are meant.

import re
import subprocess
from collections.abc import Iterable

from voiced.core.errors import SttFailed, translate

_ARPABET = {
    "aɪɚ": "AY ER",
    "aɪə": "AY AH",
    "aʊɚ": "AW ER",
    "aɪ": "AY",
    "aʊ": "AW",
    "eɪ": "EY",
    "ɔɪ": "OY",
    "oʊ": "OW",
    "tʃ": "CH",
    "dʒ": "JH",
    "oːɹ": "AO R",
    "ɔː": "AO",
    "ɑː": "AA",
    "ɜː": "ER",
    "iː": "IY",
    "uː": "UW",
    "l̩": "AH L",
    "n̩": "AH N",
    "m̩": "AH M",
    "æ": "AE",
    "ɛ": "EH",
    "ɪ": "IH",
    "ᵻ": "IH",
    "ʊ": "UH",
    "ʌ": "AH",
    "ə": "AH",
    "ɐ": "AH",
    "ɚ": "ER",
    "ɒ": "AA",
    "a": "AA",
    "e": "EH",
    "i": "IY",
    "o": "OW",
    "u": "UW",
    "y": "UW",
    "θ": "TH",
    "ð": "DH",
    "ʃ": "SH",
    "ʒ": "ZH",
    "ŋ": "NG",
    "ɹ": "R",
    "r": "R",
    "ʁ": "R",
    "ɾ": "T",
    "ʔ": "T",
    "j": "Y",
    "h": "HH",
    "ç": "HH",
    "x": "K",
    "ɡ": "G",
    "ɬ": "L",
    "ɲ": "N Y",
    **{letter: letter.upper() for letter in "bdfgklmnpstvwz"},
}
"""IPA as espeak-ng's English voices write it, to ARPAbet. A flap is a T, as in CMU's dictionary."""

_LONGEST_FIRST = re.compile("|".join(sorted(_ARPABET, key=len, reverse=True)))
_FOREIGN = re.compile(r"\([a-z-]+\)")


def pronounce(words: Iterable[str], voice: str = "en-us") -> dict[str, str]:
    """Guesses pronunciations.

    Args:
        words: single words without spaces.
        voice: espeak-ng's; an English one, because the phones are English.

    Returns:
        Each word's phones, separated by spaces; a word that has no sound is left out.

    Raises:
        SttFailed: espeak-ng is not there, or failed.
    """
    wanted = list(words)
    if not wanted:
        return {}
    with translate(
        OSError, subprocess.SubprocessError, to=SttFailed, message="espeak-ng does not run", hint="Install espeak-ng."
    ):
        lines = [_ask(word, voice) for word in wanted]
    phones = {word: to_arpabet(line) for word, line in zip(wanted, lines, strict=True)}
    return {word: sound for word, sound in phones.items() if sound}


def to_arpabet(ipa: str) -> str:
    """Rewrites IPA in CMU's phones; marks of stress and whatever has no English sound are dropped."""
    plain = _FOREIGN.sub("", ipa)
    return " ".join(_ARPABET[match[0]] for match in _LONGEST_FIRST.finditer(plain))


def _ask(word: str, voice: str) -> str:
    command = ["espeak-ng", "-q", "--ipa", "-v", voice, "--", word]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout  # noqa: S603 - our own command.
