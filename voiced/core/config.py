"""The configuration: one tree of structs. A field's bounds, unit and description stand with it and nowhere else.

`core.keeping` has the sections about what is kept. `config/voiced.toml` is generated from both; `setup.settings` reads
TOML, drop-ins, variables and flags into them.
"""

from typing import Annotated, Any, get_args, get_origin

from msgspec import Meta, Struct, field

from voiced.core.attention import AS_CONFIGURED
from voiced.core.config_home import HomeConfig
from voiced.core.config_http import HttpConfig
from voiced.core.config_keeping import (
    MemoryConfig,
    PrivacyConfig,
    RetentionConfig,
    StoreConfig,
    UsageConfig,
)
from voiced.core.config_mind import DialogueConfig, QuietConfig, RouterConfig
from voiced.core.config_search import SearchConfig
from voiced.core.config_section import Seconds, Section, Share
from voiced.core.config_tools import ToolsConfig
from voiced.core.config_watching import GpioConfig, LogConfig, RecorderConfig, TracesConfig
from voiced.core.config_wyoming import WyomingConfig
from voiced.core.echo_config import EchoCancelling

REMOTE_ADDRESS = "^((tcp|tls|https?)://[^/]|unix:///)"
"""What the address of an engine on another machine begins with."""


def chain(engine: str | list[str]) -> list[str]:
    """The engines of a stage, in the order in which they are tried."""
    return [engine] if isinstance(engine, str) and engine else list(engine)


def table_of(annotation: Any) -> type[Struct] | None:  # noqa: ANN401 (any annotation)
    """What the tables of a setting are made of whose names its user chooses; None for any other setting."""
    origin = getattr(annotation, "__origin__", annotation) if get_origin(annotation) is Annotated else annotation
    made_of = get_args(origin)[1] if get_origin(origin) is dict else None
    return made_of if isinstance(made_of, type) and issubclass(made_of, Struct) else None


class AudioConfig(Section, frozen=True, kw_only=True):
    """The microphone and the speaker."""

    input: Annotated[
        str, Meta(description="Part of the microphone's name (see `voiced devices`); empty: the default.")
    ] = ""
    output: Annotated[str, Meta(description="Part of the speaker's name; empty: the default.")] = ""
    input_gain_db: Annotated[
        float, Meta(ge=-30, le=30, description="Added to what the microphone hears, in decibels.")
    ] = 0.0
    volume: Annotated[int, Meta(ge=0, le=100, description="Loudness of all that is played, in percent.")] = 70
    earcons: Annotated[bool, Meta(description="Short sounds when it woke, is done, or failed.")] = True
    echo_cancelling: EchoCancelling = "auto"


class WakeWordConfig(Section, frozen=True, kw_only=True):
    """One wake word: the name of the table is what events and `voiced wake test` call it."""

    micro: Annotated[
        str,
        Meta(
            description="First stage: a bundled microWakeWord model's name, or a .tflite file; empty: an energy gate."
        ),
    ] = ""
    openwake: Annotated[
        str,
        Meta(description="Second stage: a bundled openWakeWord model's name, or a .tflite or .onnx file; empty: none."),
    ] = ""
    threshold: Annotated[
        Share, Meta(description="Score at which the last stage counts as heard; 0: what the model's author recommends.")
    ] = 0.0
    micro_threshold: Annotated[
        Share, Meta(description="Score of the first stage at which the second is asked; 0: as measured for the model.")
    ] = 0.0
    remote: Annotated[
        str,
        Meta(
            description="Instead of models here: a Wyoming server (tcp://host:10400), or the name of an"
            " [engines.remote] table. It is asked for a model of the word's name, or of the table's. It is sent all"
            " that the microphone hears, all the time; empty: no sound leaves the box to find this word."
        ),
    ] = ""


class WakeConfig(Section, frozen=True, kw_only=True):
    """What it listens for."""

    refractory_s: Annotated[
        float, Meta(ge=0, le=10, description="Seconds in which the same word is not heard twice.")
    ] = 1.0
    sensitivity: Annotated[
        int,
        Meta(
            ge=0,
            le=100,
            description="How easily a wake word wakes it, in percent; 50: by the thresholds below; 100: half of them is"
            " enough; 0: half of what they lack to certainty is asked besides. A word that a server hears, it decides.",
        ),
    ] = AS_CONFIGURED
    near_miss: Annotated[
        Share, Meta(description="Scores from this share of the threshold upwards are counted as near misses.")
    ] = 0.5
    words: Annotated[dict[str, WakeWordConfig], Meta(description="The wake words, any number of them.")] = field(
        default_factory=lambda: {"hey_jarvis": WakeWordConfig(micro="hey_jarvis", openwake="hey_jarvis")}
    )


class EndpointConfig(Section, frozen=True, kw_only=True):
    """When a command ends."""

    speech_threshold: Annotated[Share, Meta(description="Voice activity from which a frame is speech.")] = 0.5
    complete_s: Annotated[Seconds, Meta(description="Silence that ends a complete command.")] = 0.19
    settled_s: Annotated[
        Seconds,
        Meta(description="Silence that ends a command that could go on, and hardly does."),
    ] = 0.22
    extensible_s: Annotated[Seconds, Meta(description="Silence that ends any other command that could go on.")] = 0.35
    unknown_s: Annotated[Seconds, Meta(description="Silence that ends what is not understood (yet).")] = 0.45
    unfinished_s: Annotated[Seconds, Meta(description="Silence that ends half a sentence.")] = 0.8
    nothing_said_s: Annotated[Seconds, Meta(description="Waiting for speech after the wake word.")] = 4.0
    maximum_s: Annotated[Seconds, Meta(description="The longest utterance.")] = 15.0


Chain = Annotated[
    str | list[str],
    Meta(
        description="The engine: a name, the address of a server, or the name of an [engines.remote] table. A list is"
        " tried in its order."
    ),
]
Threads = Annotated[int, Meta(ge=0, le=256, description="Threads it computes with; 0: as many as suit the machine.")]


class StageConfig(Section, frozen=True, kw_only=True):
    """The processes of a stage."""

    idle_s: Annotated[
        float, Meta(ge=0, le=86_400, description="Unloaded after so many seconds without work; 0: never.")
    ] = 0.0
    memory_mb: Annotated[
        int, Meta(ge=0, le=1_000_000, description="The process may use no more memory; 0: no limit.")
    ] = 0
    spare: Annotated[bool, Meta(description="A second process stands ready in case the first one fails.")] = False
    python: Annotated[
        str, Meta(description="Another Python that runs this engine, such as one with CUDA; empty: voiced's own.")
    ] = ""


class SttConfig(StageConfig, frozen=True, kw_only=True):
    """Speech to text."""

    engine: Chain = "pocketsphinx"
    deadline_s: Annotated[Seconds, Meta(description="An answer after the end of speech takes no longer.")] = 5.0


class TtsConfig(StageConfig, frozen=True, kw_only=True):
    """Text to speech."""

    engine: Chain = "espeak"
    voice: Annotated[str, Meta(description="eSpeak's voice; empty: the language's default.")] = ""
    words_per_minute: Annotated[int, Meta(ge=80, le=450, description="How fast it speaks.")] = 170
    deadline_s: Annotated[Seconds, Meta(description="The first sound takes no longer.")] = 5.0
    cache_mb: Annotated[
        int, Meta(ge=0, le=100_000, description="Disk space for phrases that were spoken before; 0: none are kept.")
    ] = 50


class LlmConfig(StageConfig, frozen=True, kw_only=True):
    """The language model, which answers what no rule knows."""

    engine: Annotated[
        str | list[str],
        Meta(
            description="llama, the address of a server (http://host:8080/v1) or the name of an [engines.remote] table;"
            " a list is tried in its order; empty: none."
        ),
    ] = ""
    deadline_s: Annotated[Seconds, Meta(description="The first word, and each next one, takes no longer.")] = 20.0
    budget_s: Annotated[Seconds, Meta(description="A whole answer takes no longer.")] = 60.0
    max_tokens: Annotated[int, Meta(ge=1, le=100_000, description="The longest answer, in tokens.")] = 256
    prompt: Annotated[
        str, Meta(max_length=20_000, description="What it is told about itself first; empty: what comes with voiced.")
    ] = ""


class EmbedConfig(StageConfig, frozen=True, kw_only=True):
    """Texts to vectors, for a memory that is searched by meaning."""

    engine: Annotated[
        str, Meta(description="hashing, minilm, the address of a server, or the name of an [engines.remote] table.")
    ] = "hashing"
    deadline_s: Annotated[Seconds, Meta(description="A text takes no longer.")] = 20.0


class WhisperConfig(Section, frozen=True, kw_only=True):
    """The Whisper recogniser (extra `whisper`)."""

    model: Annotated[str, Meta(description="A model's name (see `voiced models list`), or a ggml file.")] = "base.en"
    language: Annotated[
        str, Meta(pattern="^([a-z]{2}|auto)?$", description="The language spoken; auto: guessed; empty: voiced's own.")
    ] = ""
    threads: Threads = 0


class LlamaConfig(Section, frozen=True, kw_only=True):
    """The local language model (extra `llama`)."""

    model: Annotated[str, Meta(description="A model's name (see `voiced models list`), or a GGUF file.")] = (
        "qwen2.5-0.5b-instruct"
    )
    context: Annotated[int, Meta(ge=256, le=1_000_000, description="Tokens it can see at once.")] = 4096
    temperature: Annotated[float, Meta(ge=0, le=2, description="0: always the likeliest word.")] = 0.4
    threads: Threads = 0
    gpu_layers: Annotated[int, Meta(ge=-1, le=1000, description="Layers on the graphics card; -1: all.")] = 0


class PiperConfig(Section, frozen=True, kw_only=True):
    """The Piper voice (extra `piper`)."""

    model: Annotated[
        str, Meta(description="A voice's name (see `voiced models list`), or an .onnx file with its .json beside it.")
    ] = "en_US-lessac-medium"
    speaker: Annotated[int, Meta(ge=0, le=10_000, description="Which speaker, of a voice that has several.")] = 0


class MiniLmConfig(Section, frozen=True, kw_only=True):
    """The MiniLM embeddings (extra `llama`)."""

    model: Annotated[str, Meta(description="A model's name (see `voiced models list`), or a GGUF file.")] = (
        "all-minilm-l6-v2"
    )
    threads: Threads = 0


class RemoteConfig(Section, frozen=True, kw_only=True):
    """An engine on another machine. The name of the table is what `engine`, or a wake word's `remote`, calls it."""

    url: Annotated[
        str,
        Meta(
            pattern=REMOTE_ADDRESS,
            description="tcp://host:10300 or unix:///path (Wyoming), tls:// (the same with TLS), or"
            " http(s)://host:8080/v1 (OpenAI's).",
        ),
    ]
    model: Annotated[
        str, Meta(description="The model, the voice or the wake word to ask for; empty: the server's own.")
    ] = ""
    token_file: Annotated[str, Meta(description="A file with the token to show; empty: none.")] = ""
    ca_file: Annotated[
        str, Meta(description="Certificates (PEM) that are trusted besides the machine's own; empty: none.")
    ] = ""


class EnginesConfig(Section, frozen=True, kw_only=True):
    """What does the work; each local engine runs in a child process of its own."""

    stt: SttConfig = field(default_factory=SttConfig)
    tts: TtsConfig = field(default_factory=TtsConfig)
    llm: LlmConfig = field(default_factory=LlmConfig)
    embed: EmbedConfig = field(default_factory=EmbedConfig)
    whisper: WhisperConfig = field(default_factory=WhisperConfig)
    llama: LlamaConfig = field(default_factory=LlamaConfig)
    piper: PiperConfig = field(default_factory=PiperConfig)
    minilm: MiniLmConfig = field(default_factory=MiniLmConfig)
    remote: Annotated[dict[str, RemoteConfig], Meta(description="Engines on other machines.")] = field(
        default_factory=dict[str, RemoteConfig]
    )


class ModelsConfig(Section, frozen=True, kw_only=True):
    """The models that engines load."""

    folder: Annotated[
        str, Meta(description="Where they lie; empty: the folder models in voiced's own (see store.folder).")
    ] = ""
    mirror: Annotated[
        str,
        Meta(pattern="^(https?://.+)?$", description="A mirror of the Hugging Face Hub to pull from; empty: itself."),
    ] = ""


class IntentsConfig(Section, frozen=True, kw_only=True):
    """What can be said."""

    folder: Annotated[
        str, Meta(description="A folder of sentence templates (YAML); empty: those that come with voiced.")
    ] = ""


class PromisesConfig(Section, frozen=True, kw_only=True):
    """Timers, alarms and reminders."""

    timezone: Annotated[
        str, Meta(description="The zone of local time, such as Europe/Berlin; empty: this machine's.")
    ] = ""
    snooze_s: Annotated[float, Meta(ge=10, le=7200, description="How long a snooze is.")] = 540.0
    ring_s: Annotated[float, Meta(ge=10, le=7200, description="A ring that nobody stops ends after so long.")] = 900.0


class ControlConfig(Section, frozen=True, kw_only=True):
    """How others reach the daemon."""

    socket: Annotated[str, Meta(description="The Unix socket; empty: /run/voiced/voiced.sock, or the user's own.")] = ""


class Config(Section, frozen=True, kw_only=True):
    """Everything that can be set."""

    language: Annotated[str, Meta(pattern="^[a-z]{2}$", description="The language it speaks and understands.")] = "en"
    audio: AudioConfig = field(default_factory=AudioConfig)
    wake: WakeConfig = field(default_factory=WakeConfig)
    endpoint: EndpointConfig = field(default_factory=EndpointConfig)
    engines: EnginesConfig = field(default_factory=EnginesConfig)
    models: ModelsConfig = field(default_factory=ModelsConfig)
    router: RouterConfig = field(default_factory=RouterConfig)
    dialogue: DialogueConfig = field(default_factory=DialogueConfig)
    quiet: QuietConfig = field(default_factory=QuietConfig)
    tools: ToolsConfig = field(default_factory=ToolsConfig)
    intents: IntentsConfig = field(default_factory=IntentsConfig)
    store: StoreConfig = field(default_factory=StoreConfig)
    retention: RetentionConfig = field(default_factory=RetentionConfig)
    memory: MemoryConfig = field(default_factory=MemoryConfig)
    search: SearchConfig = field(default_factory=SearchConfig)
    promises: PromisesConfig = field(default_factory=PromisesConfig)
    home: HomeConfig = field(default_factory=HomeConfig)
    usage: UsageConfig = field(default_factory=UsageConfig)
    privacy: PrivacyConfig = field(default_factory=PrivacyConfig)
    control: ControlConfig = field(default_factory=ControlConfig)
    http: HttpConfig = field(default_factory=HttpConfig)
    wyoming: WyomingConfig = field(default_factory=WyomingConfig)
    log: LogConfig = field(default_factory=LogConfig)
    traces: TracesConfig = field(default_factory=TracesConfig)
    recorder: RecorderConfig = field(default_factory=RecorderConfig)
    gpio: GpioConfig = field(default_factory=GpioConfig)
