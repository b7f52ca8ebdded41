"""The processor: its name, its cores, what it can compute with at once, how fast it may run."""

import re
from pathlib import Path

from voiced.core.machine import Processor
from voiced.setup.readings import entries, number, text

ARM_PARTS = {
    "0xd03": "Cortex-A53",
    "0xd07": "Cortex-A57",
    "0xd08": "Cortex-A72",
    "0xd0b": "Cortex-A76",
    "0xd42": "Cortex-A78AE",
}
"""The kernel gives Arm's processors by number. Source: arch/arm64/include/asm/cputype.h."""
SIMD = {
    "neon": {"neon", "asimd"},
    "dotprod": {"asimddp"},
    "avx2": {"avx2"},
    "avx512": {"avx512f"},
    "amx": {"amx_tile"},
}
"""What engines compute with, and how /proc/cpuinfo calls it. Source: the kernel's cpufeatures.h and hwcap.h."""
KHZ_PER_MHZ = 1000


def processor(root: Path) -> Processor:
    """Looks at the processor of the machine whose files are below a folder."""
    told = text(root / "proc/cpuinfo") or ""
    policy = root / "sys/devices/system/cpu/cpufreq/policy0"
    return Processor(
        _name(told),
        _cores(root, told),
        len(_values(told, "processor")) or None,
        _simd(told),
        _mhz(policy / "scaling_cur_freq"),
        _mhz(policy / "scaling_max_freq"),
        _mhz(policy / "cpuinfo_max_freq"),
    )


def _name(told: str) -> str | None:
    if names := _values(told, "model name"):
        return names[0]
    parts = dict.fromkeys(_values(told, "CPU part"))
    return " + ".join(ARM_PARTS.get(part, f"Arm {part}") for part in parts) or None


def _cores(root: Path, told: str) -> int | None:
    """Threads of one core name the same siblings; a virtual machine may not tell them."""
    siblings = [
        text(path) for path in entries(root / "sys/devices/system/cpu", "cpu[0-9]*/topology/thread_siblings_list")
    ]
    return len({*siblings} - {None}) or len(_values(told, "processor")) or None


def _simd(told: str) -> tuple[str, ...]:
    flags = set(" ".join(_values(told, "flags") + _values(told, "Features")).split())
    return tuple(name for name, any_of in SIMD.items() if flags & any_of)


def _values(told: str, key: str) -> list[str]:
    return [found.strip() for found in re.findall(rf"^{key}\s*:(.*)$", told, re.MULTILINE)]


def _mhz(path: Path) -> int | None:
    khz = number(path)
    return None if khz is None else khz // KHZ_PER_MHZ
