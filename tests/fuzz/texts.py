"""What people write: the configuration, and the sentences of skills."""

from pathlib import Path

from tests.fuzz.parser import Parser, of_file
from voiced.core.answers import load_answers
from voiced.core.intents import load_intents
from voiced.core.numbers import NumberWords
from voiced.core.words import load_words
from voiced.setup.settings import load
from voiced.setup.template import render

TABLES = b"""
[audio]
volume = 40
[wake.words.alexa]
micro = "alexa"
threshold = 0.5
[engines.stt]
engine = ["whisper", "pocketsphinx"]
[home.devices.lamp]
domain = "light"
command_topic = "a/set"
state_topics = ["a"]
commands = { turn_on = "ON", "turn_on.brightness_pct" = { topic = "b", payload = "$value" } }
"""
FLAGS = (
    b"audio.volume=40",
    b"audio.earcons=true",
    b'engines.stt.engine=["whisper","espeak"]',
    b"engines.tts.voice=de",
    b"wake.words.alexa.threshold=0.5",
    b"home.devices.lamp.domain=light",
)
SENTENCES = Path(__file__).parents[2] / "config/intents/en"
TEMPLATES = b"""
language: en
intents:
  HassTurnOn:
    data:
      - sentences: ["(turn|switch) on [the] {name}", "<begin> {name} [in {area}]", "set it to {level:brightness}"]
        slots: {domain: light}
        lists: {name: {values: [lamp, {in: "big lamp", out: lamp}]}}
        expansion_rules: {begin: "turn on"}
lists:
  area: {values: [kitchen]}
  level: {range: {from: 0, to: 100, step: 5}}
skip_words: [please]
answers: {"it is {time}": "now it is {time}"}
numbers: {}
"""


def toml(folder: Path) -> Parser:
    """The configuration's file."""
    path = folder / "config.toml"
    return of_file(path, [TABLES, TABLES, b"[audio]\nvolume = 30\n", render().encode()], lambda _: load(path, (), {}))


def flags(folder: Path) -> Parser:
    """What stands behind --set, over a file that has settings, too."""
    path = folder / "config.toml"
    path.write_bytes(TABLES)

    def read(data: bytes) -> None:
        load(path, data.decode("utf-8", "surrogateescape").splitlines(), {})

    return Parser([*FLAGS, b"\n".join(FLAGS)], read)


def environment(folder: Path) -> Parser:
    """Variables: a name, and what is in it."""
    path = folder / "config.toml"
    path.write_bytes(TABLES)

    def read(data: bytes) -> None:
        name, _, value = data.decode("utf-8", "surrogateescape").partition("=")
        load(path, (), {f"VOICED_{name}": value})

    return Parser(
        [b"AUDIO_VOLUME=40", b'ENGINES_STT_ENGINE=["whisper"]', b"AUDIO_EARCONS=true", b"HOME_DEADLINE_S=3"], read
    )


def sentences(folder: Path) -> Parser:
    """The templates of skills, what is answered, and words of a language."""
    own = folder / "own"
    own.mkdir()

    def check(path: Path) -> None:
        load_answers(path.parent, "en")
        load_words(path.parent, "en", "numbers", NumberWords)
        load_intents(path.parent, "en")

    corpus = [TEMPLATES, TEMPLATES, *((SENTENCES / name).read_bytes() for name in ("numbers.yaml", "volume.yaml"))]
    return of_file(own / "numbers.yaml", corpus, check)
