"""Wake words, their thresholds, and what is found of them."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from voiced.core.attention import AS_CONFIGURED
from voiced.core.config import WakeConfig, WakeWordConfig
from voiced.core.errors import ConfigInvalid

_CANDIDATE = {"alexa": 0.0005, "hey_jarvis": 0.02, "hey_mycroft": 0.1, "okay_nabu": 0.1}
"""First-stage scores at which the second stage must be awake so that it is not later than it would be alone; see
`bench/wake.py`. Alexa's was found on 122 recordings: the word is short, and its first stage is sure only when it is
over. The others rest on two recordings each."""
_ANY_CANDIDATE = 0.05
_LAG_S = {"alexa": -0.05, "hey_jarvis": 0.2, "hey_mycroft": 0.25, "okay_nabu": 0.13}
"""Median seconds from the end of a word to its recognition by the bundled models: alexa's last vowel is not awaited.
The others rest on two recordings each."""
_ANY_LAG_S = 0.05
_THRESHOLD = 0.5
_CERTAIN = 0.9
_DOUBTFUL = 0.02
"""Where the first stage is as sure as `_CERTAIN`, this share of its threshold is enough of the second. Chosen for a
real "hey jarvis" to which the second stage alone is deaf (0.2); the price is one false accept in four hours."""

_IN_ECHO = 0.25
"""In sound without its echo, thresholds are so far nearer to certainty; see `bench/echo.py`."""


class Word(Struct, frozen=True, kw_only=True):
    """One wake word and its thresholds.

    Attributes:
        name: what events call it.
        candidate: the first stage's score that makes a candidate; None where the gate makes candidates.
        second: whether there is a second stage.
        threshold: the score of the last stage at which the word was heard.
        certain: the first stage's score at which the second needs only `doubtful`; above 1 for never.
        doubtful: see `certain`.
        in_echo: the score that the last stage must reach twice in a row in sound from which the echo was taken: what is
            left of it may sound like anything. None: as always, because a score is told only once.
        lag_s: seconds from the end of the word to its recognition, typically.
    """

    name: str
    candidate: float | None
    second: bool = True
    threshold: float = _THRESHOLD
    certain: float = 2.0
    doubtful: float = 1.0
    in_echo: float | None = None
    lag_s: float = _ANY_LAG_S


class Detection(Struct, frozen=True):
    """A wake word was heard.

    Attributes:
        word: its name.
        score: the score of the stage that decided.
        position: the position up to which sound had been heard.
        end: the position where the word should have ended.
    """

    word: str
    score: float
    position: int
    end: int


class Miss(Struct, frozen=True):
    """Something sounded like a wake word, but not enough: as `Detection`, with the threshold it missed."""

    word: str
    score: float
    threshold: float
    position: int


def words(config: WakeConfig, cutoffs: Mapping[str, float]) -> list[Word]:
    """Makes the wake words that the configuration names.

    Args:
        config: the `[wake]` section.
        cutoffs: word to the score that its first-stage model's author recommends.

    Raises:
        ConfigInvalid: a word has no model at all, or one here and a server.
    """
    return [_word(name, word, cutoffs.get(name, _THRESHOLD)) for name, word in config.words.items()]


def _word(name: str, config: WakeWordConfig, cutoff: float) -> Word:
    here = config.micro or config.openwake or config.threshold or config.micro_threshold
    if config.remote and here:
        raise ConfigInvalid(
            f"the wake word {name} has a server, and settings for a model here",
            hint=f"Remove wake.words.{name}.remote, or everything else of it.",
        )
    if config.remote:  # Most likely the same model as the bundled one of that name.
        lag_s = _LAG_S.get(name, _ANY_LAG_S)
        return Word(name=name, candidate=_THRESHOLD, second=False, threshold=_THRESHOLD, lag_s=lag_s)
    if not config.micro and not config.openwake:
        raise ConfigInvalid(
            f"the wake word {name} has no model", hint=f"Set wake.words.{name}.micro, .openwake or .remote."
        )
    threshold = config.threshold or (_THRESHOLD if config.openwake else cutoff)
    in_echo = _nearer(threshold, _IN_ECHO)
    if not config.micro:
        return Word(name=name, candidate=None, threshold=threshold, in_echo=in_echo, lag_s=_lag(config))
    candidate = config.micro_threshold or _CANDIDATE.get(config.micro, _ANY_CANDIDATE)
    if not config.openwake:
        return Word(
            name=name, candidate=candidate, second=False, threshold=threshold, in_echo=in_echo, lag_s=_lag(config)
        )
    return Word(
        name=name,
        candidate=candidate,
        threshold=threshold,
        certain=_CERTAIN,
        doubtful=_DOUBTFUL * threshold,
        in_echo=in_echo,
        lag_s=_lag(config),
    )


def tuned(word: Word, sensitivity: int) -> Word:
    """A word that is heard more easily, or less.

    The certainty with which the first stage outvotes the second is never lowered: a cheap model wakes at too much.

    Args:
        word: as it is configured.
        sensitivity: 50 for as it is; towards 100, half its threshold is enough; towards 0, half of what the threshold
            lacks to certainty is asked besides.
    """
    away = (sensitivity - AS_CONFIGURED) / 100
    threshold = word.threshold * (1 - away) if away > 0 else _nearer(word.threshold, -away)
    return replace(
        word,
        threshold=threshold,
        certain=_nearer(word.certain, max(0.0, -away)),
        in_echo=None if word.in_echo is None else _nearer(threshold, _IN_ECHO),
    )


def _nearer(score: float, share: float) -> float:
    """A score that is nearer to certainty by a share of what it lacks."""
    return score + share * (1 - score)


def _lag(config: WakeWordConfig) -> float:
    return _LAG_S.get(config.openwake, _LAG_S.get(config.micro, _ANY_LAG_S))
