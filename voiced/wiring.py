"""What the ear, the turn and the skills are made of: engines to ports, ports to those who use them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace

from voiced.children import Engines, is_far, is_remote, remote
from voiced.core.config import Config, RemoteConfig, WakeConfig, chain
from voiced.core.errors import VoicedError, WakeFailed
from voiced.core.history import Privacy
from voiced.core.ports.llm import Llm
from voiced.core.ports.stt import Stt
from voiced.core.ports.tts import Tts
from voiced.core.ports.wake import RemoteWakeWord
from voiced.core.privacy import CLASSES, allowed
from voiced.core.status import EngineStatus
from voiced.ear.cascade import Cascade
from voiced.ear.gate import Gate
from voiced.ear.words import words
from voiced.engines.child import Child
from voiced.engines.choice import Told, nobody
from voiced.engines.discreet import DiscreetLlm
from voiced.engines.fallback import FallbackLlm, FallbackStt, FallbackTts
from voiced.engines.hosted import HostedStt, HostedTts
from voiced.engines.hosted_llm import HostedLlm
from voiced.engines.microwake import MicroWake
from voiced.engines.openwake import OpenWake
from voiced.engines.phrasefiles import PhraseFiles
from voiced.engines.phrases import PhraseCache
from voiced.engines.remote import Server, address, is_here
from voiced.engines.silero import Silero
from voiced.remembering import far_embedder
from voiced.turn.router import Router

if TYPE_CHECKING:
    from voiced.engines.openai import OpenAiLlm
    from voiced.engines.wyoming import WyomingServer
    from voiced.engines.wyoming_stt import WyomingStt
    from voiced.engines.wyoming_tts import WyomingTts
    from voiced.engines.wyoming_wake import WyomingWake

T = TypeVar("T")
BEFORE_S = 5.0
"""Sound around the longest utterance that is heard with it."""
PARTS = frozenset({"melspectrogram", "embedding_model"})
"""What lies beside openWakeWord's words and is none."""


def cascade(config: WakeConfig, remote: Sequence[RemoteWakeWord] = ()) -> Cascade:
    """Loads the wake words.

    Args:
        config: the `[wake]` section.
        remote: the servers that hear words; without them, these words are not heard.

    Raises:
        WakeFailed: a model cannot be used.
        ConfigInvalid: a word has no model, or one here and a server.
    """
    first = MicroWake({name: word.micro for name, word in config.words.items() if word.micro})
    second = OpenWake({name: word.openwake for name, word in config.words.items() if word.openwake})
    made = Cascade(
        words(config, first.cutoffs),
        first,
        second,
        Gate(Silero()),
        remote,
        refractory_s=config.refractory_s,
        near=config.near_miss,
    )
    made.tune(config.sensitivity)
    return made


def remote_words(config: Config, told: Told = nobody) -> "list[WyomingWake]":
    """The servers that hear wake words, each with all its words.

    Raises:
        ConfigInvalid: an address or the certificates cannot be used.
    """
    if not (found := _far_words(config)):
        return []
    from voiced.engines.wyoming_wake import WyomingWake  # noqa: PLC0415 (see `_far_stt`)

    return [WyomingWake(address(name), _far_wake(config, name, names), names, told) for name, names in found.items()]


def _far_words(config: Config) -> dict[str, dict[str, str]]:
    """The servers that hear wake words, by table or address: what each calls the words that it is to hear."""
    servers: dict[str, dict[str, str]] = {}
    for word, settings in config.wake.words.items():
        if name := settings.remote:
            servers.setdefault(name, {})[word] = remote(config, name).model or word
    return servers


def recogniser(
    config: Config,
    children: Sequence[Child],
    told: Told = nobody,
    *,
    deadline_s: float | None = None,
    longest_s: float | None = None,
) -> Stt:
    """What turns speech into text: the engines of the configuration, in their order.

    Args:
        config: the configuration.
        children: those of the stage.
        told: see `Choice`.
        deadline_s: instead of the configured one.
        longest_s: the longest utterance, instead of the configured one.
    """
    seconds = deadline_s or config.engines.stt.deadline_s

    def far(server: RemoteConfig) -> Stt:
        return _far_stt(config, server, seconds)

    engines = _engines(config, config.engines.stt.engine, children, lambda child: HostedStt(child, seconds), far)
    return FallbackStt(engines, longest_s or config.endpoint.maximum_s + BEFORE_S, told)


def voice(
    config: Config,
    children: Sequence[Child],
    told: Told = nobody,
    *,
    phrases: PhraseFiles | None = None,
    may_keep: Callable[[str], bool] = lambda _: True,
) -> Tts:
    """What turns text into speech, likewise.

    Args:
        config: the configuration.
        children: those of the stage.
        told: see `Choice`.
        phrases: where what was spoken before is kept; None: nothing is.
        may_keep: tells whether the sound of a text may be kept there.
    """
    tts = config.engines.tts

    def near(child: Child) -> Tts:
        voice = HostedTts(child, tts.deadline_s)
        if phrases is None or child.engine == "espeak":  # It speaks as fast as a disk reads.
            return voice
        return PhraseCache(
            voice, phrases, may_keep, lambda: _sounds_so(child.engine, child.given) if child.given else None
        )

    def far(server: RemoteConfig) -> Tts:
        voice = _far_tts(config, server)
        if phrases is None or not server.model:  # What the server speaks with is not known, and may change.
            return voice
        return PhraseCache(voice, phrases, may_keep, partial(_sounds_so, server.url, server.model))

    return FallbackTts(_engines(config, tts.engine, children, near, far), told)


def _sounds_so(*decides: object) -> str:
    """What tells one voice from another."""
    return msgspec.json.encode(decides, order="sorted").decode()


def models(config: Config, children: Sequence[Child], told: Told = nobody) -> FallbackLlm | None:
    """Those that answer in words, likewise; None where none is configured. Another machine is told what may leave."""
    llm = config.engines.llm

    def far(server: RemoteConfig) -> Llm:
        model = _far_llm(config, server)
        return model if is_here(server.url) else DiscreetLlm(model, config.privacy)

    engines = _engines(config, llm.engine, children, lambda child: HostedLlm(child, llm.deadline_s), far)
    away = {address(name) for name in chain(llm.engine) if is_far(config, name)}
    return FallbackLlm(engines, told, far=away) if engines else None


def router(config: Config) -> Router:
    """Who chooses who answers.

    Raises:
        ConfigInvalid: its table cannot be used.
    """
    # Models are called by what people see: addresses without passwords.
    rules = {name: replace(rule, first=address(rule.first)) for name, rule in config.router.rules.items()}
    remote: frozenset[Privacy] = frozenset(each for each in CLASSES if allowed(config.privacy, each, "remote"))
    return Router(
        replace(config.router, rules=rules), remote, [address(name) for name in chain(config.engines.llm.engine)]
    )


def _engines(
    config: Config,
    engine: str | list[str],
    children: Sequence[Child],
    near: Callable[[Child], T],
    far: Callable[[RemoteConfig], T],
) -> list[tuple[str, T]]:
    """The engines of a stage by their names: those in children, and those on other machines."""
    own = {child.engine: child for child in children}
    return [
        (name, near(own[name])) if name in own else (address(name), far(remote(config, name))) for name in chain(engine)
    ]


def servers(config: Config) -> Iterator[tuple[str, str, Callable[[], Server]]]:
    """All engines on other machines: the stage of each, its name for people, and what makes it.

    What makes one raises `ConfigInvalid` where its address, its token or its certificates cannot be used.
    """
    far: dict[str, Callable[[Config, RemoteConfig], Server]] = {
        "stt": _far_stt,
        "tts": _far_tts,
        "llm": _far_llm,
        "embed": far_embedder,
    }
    for stage, make in far.items():
        for name in chain(getattr(config.engines, stage).engine):
            if is_remote(config, name):
                yield stage, address(name), partial(make, config, remote(config, name))
    for name, names in _far_words(config).items():
        yield "wake", address(name), partial(_far_wake, config, name, names)


# Who has no engine on another machine does not load what it takes.
def _far_stt(config: Config, server: RemoteConfig, deadline_s: float | None = None) -> "WyomingStt":
    from voiced.engines.wyoming_stt import WyomingStt  # noqa: PLC0415

    return WyomingStt(server, deadline_s or config.engines.stt.deadline_s, config.language)


def _far_tts(config: Config, server: RemoteConfig) -> "WyomingTts":
    from voiced.engines.wyoming_tts import WyomingTts  # noqa: PLC0415

    return WyomingTts(server, config.engines.tts.deadline_s)


def _far_wake(config: Config, name: str, names: Mapping[str, str]) -> "WyomingServer":
    from voiced.engines.wyoming import WyomingServer  # noqa: PLC0415

    return WyomingServer(remote(config, name), "wake", WakeFailed, needs=names.values())


def _far_llm(config: Config, server: RemoteConfig) -> "OpenAiLlm":
    from voiced.engines.openai import OpenAiLlm  # noqa: PLC0415

    return OpenAiLlm(server, config.engines.llm.deadline_s)


def bundled_words() -> dict[str, tuple[bool, bool]]:
    """The wake words that come with voiced, and whether there is a first and a second stage for each."""
    first = {path.stem for path in Path(str(files("pymicro_wakeword") / "models")).glob("*.json")}
    second = {path.stem for path in Path(str(files("pyopen_wakeword") / "models")).glob("*.tflite")} - PARTS
    return {name: (name in first, name in second) for name in sorted(first | second)}


def engines_status(
    config: Config, engines: Engines, problems: Mapping[tuple[str, str], VoicedError]
) -> list[EngineStatus]:
    """How all engines do, here and on other machines; see `remote_status`."""
    return [*map(engine_status, engines.all), *remote_status(config, problems)]


def engine_status(child: Child) -> EngineStatus:
    """What a child is doing."""
    problem, hint = (child.problem.message, child.problem.hint) if child.problem else ("", "")
    model = Path((child.given or child.settings).get("model", "")).name
    return EngineStatus(child.kind, child.engine, child.state.value, child.pid, child.restarts, problem, hint, model)


def remote_status(config: Config, problems: Mapping[tuple[str, str], VoicedError]) -> Iterator[EngineStatus]:
    """How the engines on other machines do.

    Args:
        config: the configuration.
        problems: why engines are left alone now, by stage and name.
    """
    for stage, name, _ in servers(config):
        problem = problems.get((stage, name))
        told = (problem.message, problem.hint) if problem else ()
        yield EngineStatus(stage, name, "remote", None, 0, *told)
