"""What the machine is: everything that decides which engines and models it can carry.

All is read from files below /proc and /sys, so that another root gives another machine. What cannot be read is None.
"""

import platform
import re
from pathlib import Path

from voiced.core.machine import Card, Gpu, Hardware, Memory
from voiced.setup.disk import disk
from voiced.setup.heat import heat
from voiced.setup.processor import processor
from voiced.setup.readings import entries, number, text

VENDORS = {0x10DE: "NVIDIA", 0x8086: "Intel", 0x1002: "AMD"}
"""Source: https://pci-ids.ucw.cz"""
MEGA = 1_000_000
KIBI = 1024
NOBODY = {"to be filled by o.e.m.", "default string", "system product name", "system manufacturer"}
"""What makers of boards leave in the fields for a name."""


def look(root: Path = Path("/"), folder: Path = Path("/"), machine: str = platform.machine()) -> Hardware:
    """Looks at the machine.

    Args:
        root: its files.
        folder: where everything is kept, whose disk is looked at.
        machine: the architecture.
    """
    named = board(root)
    return Hardware(
        named,
        machine,
        processor(root),
        _memory(root),
        _gpu(root, named or ""),
        heat(root),
        disk(root, folder.absolute()),
        _cards(root),
        bool(entries(root / "sys/class/rtc", "rtc*")) if (root / "sys/class").is_dir() else None,
    )


def board(root: Path) -> str | None:
    """What the machine is called by who made it; None: nobody says."""
    if model := text(root / "proc/device-tree/model"):
        return model
    told = (text(root / "sys/class/dmi/id" / name) for name in ("sys_vendor", "product_name"))
    names = [name for name in told if name and name.lower() not in NOBODY]
    return " ".join(dict.fromkeys(names)) or None


def _memory(root: Path) -> Memory:
    told = dict(re.findall(r"^(\w+):\s*(\d+) kB", text(root / "proc/meminfo") or "", re.MULTILINE))
    total, available, swap = (
        int(told[key]) * KIBI // MEGA if key in told else None for key in ("MemTotal", "MemAvailable", "SwapTotal")
    )
    return Memory(total, available, swap, zram="/zram" in (text(root / "proc/swaps") or ""))


def _gpu(root: Path, board: str) -> Gpu | None:
    compatible = text(root / "proc/device-tree/compatible") or ""
    if "nvidia,tegra" in compatible or "Jetson" in board:
        return Gpu("NVIDIA", board)
    for path in entries(root / "proc/driver/nvidia/gpus", "*/information"):
        if name := re.search(r"^Model:\s*(.+)$", text(path) or "", re.MULTILINE):
            return Gpu("NVIDIA", name[1].strip())
    found = {number(path) for path in entries(root / "sys/class/drm", "card*/device/vendor")}
    return next((Gpu(vendor) for number_, vendor in VENDORS.items() if number_ in found), None)


def _cards(root: Path) -> tuple[Card, ...] | None:
    """Source: /proc/asound in the kernel's Documentation/sound/designs/procfile.rst."""
    folder = root / "proc/asound"
    told = text(folder / "cards")
    if told is None:
        return None
    cards = re.findall(r"^\s*(\d+) \[.*?\]: .*? - (.+)$", told, re.MULTILINE)
    return tuple(
        Card(
            name.strip(),
            bool(entries(folder / f"card{number_}", "pcm*c")),
            bool(entries(folder / f"card{number_}", "pcm*p")),
        )
        for number_, name in cards
    )
