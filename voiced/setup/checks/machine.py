"""Is the machine fit: Python, memory, disk, heat, power, clock?"""

from datetime import datetime

from msgspec import Struct

from voiced.core.disk import SPARE
from voiced.core.machine import Disk, Heat, Memory, Processor
from voiced.setup.doctor import Finding, Health

PYTHONS = ((3, 11), (3, 13))
"""The first and the last version that voiced is tested with; the same as in pyproject.toml."""
ARCHITECTURES = ("x86_64", "aarch64")
"""Those that all engines come for."""
OWN_MB = 250
"""What voiced needs besides its models, with the embedded engines: measured, with a margin."""
SMALL_MB = 2200
"""With less memory than this, a machine needs something to swap to."""
NEARLY_FULL = 1_000_000_000
"""Bytes: the file, its log and seven backups need room to grow."""
WARM_C = 75.0
HOT_C = 80.0
"""A Raspberry Pi slows down from here on. Source: its documentation of the processor's temperature."""
HELD_BACK = 0.8
"""A processor that may run at no more than this share of its speed was told so, or is too hot."""
WRITTEN_IN = 2026
"""No clock that is right shows an earlier year."""
MEGA = 1_000_000


class ClockFacts(Struct, frozen=True):
    """The clock.

    Attributes:
        now: what it shows.
        synchronised: it follows a time server; None where the system does not tell.
        battery: it goes on without power; None where the system does not tell.
    """

    now: datetime
    synchronised: bool | None
    battery: bool | None


def python(version: tuple[int, int], bits: int, architecture: str) -> Finding:
    """Judges what runs voiced.

    Args:
        version: Python's.
        bits: of an address in this Python.
        architecture: the machine's.
    """
    found = f"Python {version[0]}.{version[1]}, {bits} bits, on {architecture}"
    if not PYTHONS[0] <= version <= PYTHONS[1]:
        hint = "Use Python 3.11 to 3.13: `uv python install 3.13`, then install voiced with it."
        return Finding("python", Health.BAD, found, hint)
    if bits != 64 or architecture not in ARCHITECTURES:  # noqa: PLR2004 (bits)
        hint = "Not all engines come for it: use a 64-bit system on x86_64 or aarch64."
        return Finding("python", Health.WARNING, found, hint)
    return Finding("python", Health.GOOD, found)


def disk(disk: Disk | None) -> Finding | None:
    """Judges the disk on which everything is kept."""
    if disk is None:
        return None
    free = f"{disk.free / MEGA:,.0f} MB free on {disk.mount}"
    if disk.read_only:
        hint = "A memory card that fails becomes so: look at `dmesg`, save what is on it, and replace it."
        return Finding("disk", Health.BAD, f"{disk.mount} can only be read", hint)
    if disk.free < SPARE:
        hint = "Make room: what is said is answered, but no longer kept."
        return Finding("disk", Health.BAD, f"full: {free}", hint)
    if disk.free < NEARLY_FULL:
        hint = "Make room, or set store.folder and models.folder to a larger disk."
        return Finding("disk", Health.WARNING, f"nearly full: {free}", hint)
    if disk.kind in ("network", "memory"):
        hint = {"network": "Locks do not hold there", "memory": "All is gone after a restart"}[disk.kind]
        return Finding("disk", Health.WARNING, f"{disk.kind}: {free}", f"{hint}: set store.folder to a disk.")
    return Finding("disk", Health.GOOD, f"{disk.kind + ', ' if disk.kind else ''}{free}")


def memory(memory: Memory, models_mb: int, *, running: bool) -> Finding | None:
    """Judges whether the configured models fit.

    Args:
        memory: the machine's.
        models_mb: what their engines need with them, in megabytes.
        running: the daemon runs, so that a part of what is not free is its own.
    """
    if memory.total_mb is None:
        return None
    needed = models_mb + OWN_MB
    found = f"{memory.total_mb} MB, of which {needed} MB are needed"
    if needed > memory.total_mb:
        hint = "Choose smaller models: `voiced setup` proposes some."
        return Finding("memory", Health.BAD, found, hint)
    if not running and memory.available_mb is not None and needed > memory.available_mb:
        hint = "Other programs use the rest: end some, or choose smaller models."
        return Finding("memory", Health.WARNING, f"{found}; {memory.available_mb} MB are free", hint)
    return Finding("memory", Health.GOOD, found)


def swap(memory: Memory) -> Finding | None:
    """Judges whether a small machine has something to swap to."""
    if memory.swap_mb is None or memory.total_mb is None:
        return None
    if memory.swap_mb == 0 and memory.total_mb < SMALL_MB:
        hint = "Use compressed memory, which wears no card: `sudo apt install zram-tools`."
        return Finding("swap", Health.WARNING, f"none, with {memory.total_mb} MB of memory", hint)
    return Finding("swap", Health.GOOD, f"{memory.swap_mb} MB{', compressed' if memory.zram else ''}")


def temperature(heat: Heat) -> Finding | None:
    """Judges how hot it is."""
    if heat.celsius is None:
        return None
    found = f"{heat.celsius:.0f} °C"
    if heat.celsius >= HOT_C:
        return Finding("temperature", Health.BAD, found, "It slows down: give it a fan, or take it out of the box.")
    if heat.celsius >= WARM_C:
        return Finding("temperature", Health.WARNING, found, "It will slow down: a heat sink or a fan helps.")
    return Finding("temperature", Health.GOOD, found)


def power(heat: Heat) -> Finding | None:
    """Judges what a Raspberry Pi's firmware says about its power supply and its speed."""
    if heat.held is None:
        return None
    if heat.held.undervoltage:
        hint = "Use the board's own power supply and a short cable; without it, cards and sound fail."
        return Finding("power", Health.BAD, "the power supply is too weak", hint)
    if heat.held.slowed or heat.held.hot:
        return Finding("power", Health.BAD, "the processor is held back, as it is too hot", "Give it a fan.")
    if heat.held.undervoltage_before:
        hint = "Use the board's own power supply and a short cable."
        return Finding("power", Health.WARNING, "the power supply was too weak since the start", hint)
    if heat.held.slowed_before:
        return Finding("power", Health.WARNING, "the processor was held back since the start", "Give it a fan.")
    return Finding("power", Health.GOOD, "enough")


def speed_limit(processor: Processor) -> Finding | None:
    """Judges whether the processor may run as fast as it can."""
    if not processor.limit_mhz or not processor.maximum_mhz:
        return None
    found = f"up to {processor.limit_mhz} of {processor.maximum_mhz} MHz"
    if processor.limit_mhz < HELD_BACK * processor.maximum_mhz:
        hint = "Somebody saves power: see /sys/devices/system/cpu/cpufreq, or `powerprofilesctl`."
        return Finding("processor", Health.WARNING, found, hint)
    return Finding("processor", Health.GOOD, found)


def clock(clock: ClockFacts) -> Finding:
    """Judges the clock, on which alarms and reminders depend."""
    found = f"{clock.now:%Y-%m-%d %H:%M}"
    follow = "Let it follow a time server: `sudo timedatectl set-ntp true`."
    if clock.now.year < WRITTEN_IN:
        return Finding("clock", Health.BAD, f"it shows {found}", follow)
    if clock.synchronised is False and clock.battery is False:
        hint = f"{follow} Without power it stops, as it has no battery."
        return Finding("clock", Health.WARNING, f"{found}, follows no time server, and stops without power", hint)
    if clock.synchronised is False:
        return Finding("clock", Health.WARNING, f"{found}, follows no time server", follow)
    return Finding("clock", Health.GOOD, found)


def timezone(configured: str, machine: str | None) -> Finding:
    """Judges the zone of local time.

    Args:
        configured: promises.timezone.
        machine: the machine's own zone; None where it is not known.
    """
    hint = "`sudo timedatectl set-timezone Europe/Berlin` (or where you are), or set promises.timezone."
    if configured:
        return Finding("time zone", Health.GOOD, configured)
    if machine is None:
        return Finding("time zone", Health.WARNING, "the machine's is not known: UTC is taken", hint)
    if machine in ("UTC", "Etc/UTC", "Etc/UCT", "UCT"):
        return Finding("time zone", Health.WARNING, "UTC, as on a machine that was never told", hint)
    return Finding("time zone", Health.GOOD, machine)
