"""How hot it is, and whether a Raspberry Pi's firmware holds the processor back."""

import shutil
import subprocess
from pathlib import Path

from voiced.core.machine import Heat, Held
from voiced.setup.readings import entries, number, text

PATIENCE_S = 2.0
HOTTEST_C = 150
"""A zone that tells more than this, or less than nothing, is not connected."""
OWN = ("cpu", "x86_pkg", "soc", "tj", "coretemp")
"""Zones of the processor itself; others are the case, the battery, the radio."""


def heat(root: Path) -> Heat:
    """Looks at the heat of the machine whose files are below a folder."""
    return Heat(celsius(root), _held(root))


def celsius(root: Path) -> float | None:
    """The temperature of the processor, or of the hottest that tells one; None: nobody tells."""
    own: list[float] = []
    others: list[float] = []
    for zone in entries(root / "sys/class/thermal", "thermal_zone*"):
        milli = number(zone / "temp")
        if milli is not None and 0 < milli / 1000 < HOTTEST_C:
            kind = (text(zone / "type") or "").lower()
            (own if any(name in kind for name in OWN) else others).append(milli / 1000)
    return max(own or others, default=None)


def _held(root: Path) -> Held | None:
    for path in entries(root / "sys/devices/platform", "soc*/*firmware*/get_throttled"):
        if (bits := _bits(text(path))) is not None:
            return held(bits)
    if root == Path("/") and (told := _told_by_firmware()) is not None:
        return held(told)
    for monitor in entries(root / "sys/class/hwmon", "hwmon*"):
        if text(monitor / "name") == "rpi_volt":
            return held(number(monitor / "in0_lcrit_alarm") or 0)
    return None


def held(bits: int) -> Held:
    """What the firmware's bits mean."""
    now, before = bits & 0xF, bits >> 16 & 0xF
    return Held(bool(now & 1), bool(now & 6), bool(now & 8), bool(before & 1), bool(before & 6))


def _told_by_firmware() -> int | None:
    """Asks `vcgencmd`, which only a Raspberry Pi has: `throttled=0x50000`."""
    if (program := shutil.which("vcgencmd")) is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 (a program of the system)
            [program, "get_throttled"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return _bits(done.stdout.partition("=")[2])


def _bits(told: str | None) -> int | None:
    """The kernel writes hexadecimal without a sign of it, `vcgencmd` with one."""
    try:
        return int(told or "", 16)
    except ValueError:
        return None
