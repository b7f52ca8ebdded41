"""What voiced tells about itself when it is asked."""

from msgspec import Struct

from voiced.core.attention import Attention
from voiced.core.promises import Kind, Schedule

ALL_SOUND = "all that the microphone hears, all the time"
"""What a server gets that hears a wake word: whoever asks how voiced does is told."""

ALL_SAID = "what is said after the wake word"
"""What a satellite's server gets."""


class AudioStatus(Struct, frozen=True):
    """The microphone and the speaker.

    Attributes:
        listening: sound comes in.
        device: the microphone's name; empty while there is none.
        level_dbfs: loudness of the last second, decibels below full scale; None while nothing comes in.
        clipped: samples at full scale in the last second: more than a few mean that the gain is too high.
        problem: why it does not listen; empty if it does.
        hint: what to do about it.
        echo_cancelled: what voiced itself plays is taken out of what it hears.
        lost_s: seconds of sound for which the ear came too late, since the start.
    """

    listening: bool
    device: str = ""
    level_dbfs: float | None = None
    clipped: int = 0
    problem: str = ""
    hint: str = ""
    echo_cancelled: bool = False
    lost_s: float = 0.0


class EngineStatus(Struct, frozen=True):
    """One engine: a child process, or a server on another machine.

    Attributes:
        kind: its part: audio, wake, stt, tts, llm, embed.
        engine: its name, or its address.
        state: starting, ready, waiting (to be started again), unloaded (until it is needed), closed, or remote.
        pid: its process, or None.
        restarts: how often it was started again.
        problem: why it does not work now; empty if it does.
        hint: what to do about it.
        model: the file of its model, without its folder, or how the configuration calls it; empty: it has none here.
    """

    kind: str
    engine: str
    state: str
    pid: int | None
    restarts: int
    problem: str = ""
    hint: str = ""
    model: str = ""


class MachineStatus(Struct, frozen=True):
    """The machine that voiced runs on, with all that runs there; None: it does not tell.

    Attributes:
        celsius: the temperature of its processor.
        processor_percent: how busy its processor was since the last look.
        memory_percent: how much of its memory is taken.
    """

    celsius: float | None = None
    processor_percent: float | None = None
    memory_percent: float | None = None


class StoreStatus(Struct, frozen=True):
    """Whether what is said is kept, and what was kept can be read.

    Attributes:
        problem: why it is not kept; empty if it is.
        hint: what to do about it.
        damage: why a part of it cannot be read, until the next start mends it; empty if all can.
        folder: where the file is.
    """

    problem: str = ""
    hint: str = ""
    damage: str = ""
    folder: str = ""


class PromiseStatus(Struct, frozen=True):
    """A timer, an alarm or a reminder.

    Attributes:
        id: of the promise.
        kind: timer, alarm or reminder.
        name: what the user calls it, or what to be reminded of.
        due: when it rings next, in seconds since 1970 (UTC); None while it rings for the last time.
        remaining_s: seconds until then; 0 while it rings for the last time.
        schedule: when it rings in local time; None for what counts seconds.
        unheard: when it was due, in seconds since 1970 (UTC), as long as nobody has heard it: it rings, waits for its
            turn, or is tried again because there was no speaker. None: it was heard, or is not due yet.
    """

    id: str
    kind: Kind
    name: str
    due: float | None
    remaining_s: float
    schedule: Schedule | None = None
    unheard: float | None = None


class MemoryStatus(Struct, frozen=True):
    """How far the vectors of memories are.

    Attributes:
        model: whose vectors are searched; empty: none yet.
        wanted: whose vectors are being made, or are there already: the model that is configured.
        waiting: memories that had none of it when it was last looked.
        problem: why none are made now; empty if they are.
        hint: what to do about it.
    """

    model: str = ""
    wanted: str = ""
    waiting: int = 0
    problem: str = ""
    hint: str = ""


class ConnectionStatus(Struct, frozen=True):
    """A connection of the home.

    Attributes:
        kind: mqtt or home_assistant.
        address: of whom it is to.
        connected: it is there.
        connects: how often it was made.
        dropped: messages that had to be left out, because too many waited.
        unreadable: messages that came, and could not be read.
        problem: why it is not there; empty if it is.
        hint: what to do about it.
    """

    kind: str
    address: str
    connected: bool
    connects: int = 0
    dropped: int = 0
    unreadable: int = 0
    problem: str = ""
    hint: str = ""


class HomeStatus(Struct, frozen=True):
    """The home.

    Attributes:
        connections: to whom; empty where no home is configured.
        entities: how many things there are.
        unobserved: how many of them cannot be observed now.
    """

    connections: tuple[ConnectionStatus, ...] = ()
    entities: int = 0
    unobserved: int = 0


class ListenerStatus(Struct, frozen=True):
    """An address at which others are to be listened to.

    Attributes:
        kind: http, wyoming or satellite.
        address: with its port.
        listening: they are.
        problem: why not; empty if they are, or are about to be.
        hint: what to do about it.
    """

    kind: str
    address: str
    listening: bool
    problem: str = ""
    hint: str = ""


class LoadStatus(Struct, frozen=True):
    """What waits, and what was left out because too much did.

    Attributes:
        inbox: what was heard or asked, and is not dealt with yet.
        writes: writes that wait for the disk.
        events_dropped: events that somebody who watches lost, because he was too slow.
        wyoming_clients: connections of others that use voiced over Wyoming.
        postponed: questions to be answered aloud, announcements and what is due that wait for their turn, or until they
            may disturb.
    """

    inbox: int = 0
    writes: int = 0
    events_dropped: int = 0
    wyoming_clients: int = 0
    postponed: int = 0


class Status(Struct, frozen=True):
    """The whole daemon.

    Attributes:
        version: of voiced.
        pid: the daemon's process.
        state: idle, listening, processing or responding.
        muted: the microphone is closed.
        volume: percent.
        wake_words: what it listens for.
        woke: how often it woke.
        near_misses: how often something came close.
        turns: how many there were.
        failures: how many of them failed.
        uptime_s: seconds since the start.
        ear_turned_s: seconds since the ear's loop last went round: never more than a moment.
        elsewhere: the address of who hears what is said after the wake word and answers it; empty: voiced does.
        attention: what it attends to by itself.
    """

    version: str
    pid: int
    state: str
    muted: bool
    volume: int
    wake_words: list[str]
    woke: int
    near_misses: int
    turns: int
    failures: int
    uptime_s: float
    ear_turned_s: float
    audio: AudioStatus
    store: StoreStatus
    engines: list[EngineStatus]
    promises: list[PromiseStatus]
    memory: MemoryStatus = MemoryStatus()
    home: HomeStatus = HomeStatus()
    load: LoadStatus = LoadStatus()
    elsewhere: str = ""
    listeners: tuple[ListenerStatus, ...] = ()
    attention: Attention = Attention()
