"""The machine that voiced runs on, and what suits it, as plain values. What is not known is None."""

from typing import Any

from msgspec import Struct


class Processor(Struct, frozen=True):
    """The processor.

    Attributes:
        name: as its maker calls it.
        cores: those that are there.
        threads: those that the system sees: more, where a core runs two at once.
        simd: of neon, dotprod, avx2, avx512, amx.
        mhz: how fast it runs now, in MHz.
        limit_mhz: how fast it may run now.
        maximum_mhz: how fast it could run.
    """

    name: str | None
    cores: int | None
    threads: int | None
    simd: tuple[str, ...]
    mhz: int | None
    limit_mhz: int | None
    maximum_mhz: int | None


class Memory(Struct, frozen=True):
    """Memory, in megabytes.

    Attributes:
        total_mb: all of it.
        available_mb: what programs can still have without swapping.
        swap_mb: space to swap to.
        zram: a part of that is compressed memory.
    """

    total_mb: int | None
    available_mb: int | None
    swap_mb: int | None
    zram: bool


class Gpu(Struct, frozen=True):
    """A graphics processor.

    Attributes:
        vendor: NVIDIA, Intel or AMD.
        name: empty where it is not told.
    """

    vendor: str
    name: str = ""


class Held(Struct, frozen=True):
    """What a Raspberry Pi's firmware says. Source: the bits of `vcgencmd get_throttled` in its documentation.

    Attributes:
        undervoltage: the power supply is too weak now.
        slowed: the processor is held back now.
        hot: it is at its limit of temperature now.
        undervoltage_before: the power supply was too weak since the start.
        slowed_before: the processor was held back since the start.
    """

    undervoltage: bool
    slowed: bool
    hot: bool
    undervoltage_before: bool
    slowed_before: bool


class Heat(Struct, frozen=True):
    """Heat, and what follows from it.

    Attributes:
        celsius: of the processor.
        held: what the firmware says; None where there is none that says so.
    """

    celsius: float | None
    held: Held | None


class Disk(Struct, frozen=True):
    """A disk.

    Attributes:
        mount: where it begins in the tree of folders.
        kind: memory card, solid-state disk, hard disk, network or memory; None where it is not known.
        free: bytes that its user may still write.
        total: bytes.
        read_only: it can only be read.
    """

    mount: str
    kind: str | None
    free: int
    total: int
    read_only: bool


class Card(Struct, frozen=True):
    """A sound card.

    Attributes:
        name: for people.
        microphone: it has an input.
        speaker: it has an output.
    """

    name: str
    microphone: bool
    speaker: bool


class Hardware(Struct, frozen=True):
    """The machine.

    Attributes:
        board: who made it, and what it is called.
        architecture: aarch64, x86_64, …
        processor: its processor.
        memory: its memory.
        gpu: its graphics processor, if it is one of those that could compute.
        heat: how hot it is.
        disk: the disk on which everything is kept.
        cards: its sound cards; None where the system does not tell.
        battery_clock: it has a clock that goes on without power; None where the system does not tell.
    """

    board: str | None
    architecture: str
    processor: Processor
    memory: Memory
    gpu: Gpu | None
    heat: Heat
    disk: Disk | None
    cards: tuple[Card, ...] | None
    battery_clock: bool | None


class Choice(Struct, frozen=True):
    """What is proposed for a machine.

    Attributes:
        profile: its name.
        title: its name for people.
        why: what one gets with it.
        settings: dotted key to value.
    """

    profile: str
    title: str
    why: str
    settings: dict[str, Any]


class Setting(Struct, frozen=True):
    """A setting.

    Attributes:
        value: what holds.
        origin: which file, variable or flag set it, or default; None: another one is set there by now, for the next
            start.
    """

    value: Any
    origin: str | None = None
