"""Machines made of files: what /proc and /sys say on each. The texts are as the kernels of these boards write them."""

from collections.abc import Mapping
from pathlib import Path

ARM_CORE = """\
processor\t: {}
BogoMIPS\t: 108.00
Features\t: {}
CPU implementer\t: 0x41
CPU architecture: 8
CPU part\t: {}
"""
X86_CORE = """\
processor\t: {}
model name\t: {}
flags\t\t: fpu sse sse2 {}
"""
PI_MOUNTS = """\
22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw
23 22 0:21 / /run rw,nosuid - tmpfs tmpfs rw
"""
CPU = "sys/devices/system/cpu"


def machine(root: Path, files: Mapping[str, str], links: Mapping[str, str] | None = None) -> Path:
    """Writes a machine's files below a folder."""
    for name, told in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told)
    for name, target in (links or {}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(root / target)
    return root


def memory(total_kb: int, swap_kb: int = 0) -> dict[str, str]:
    told = f"MemTotal: {total_kb:>12} kB\nMemAvailable: {total_kb * 3 // 4:>8} kB\nSwapTotal: {swap_kb:>11} kB\n"
    return {"proc/meminfo": told}


def cores(count: int, threads_each: int = 1) -> dict[str, str]:
    found: dict[str, str] = {}
    for core in range(count):
        siblings = range(core * threads_each, (core + 1) * threads_each)
        for thread in siblings:
            found[f"{CPU}/cpu{thread}/topology/thread_siblings_list"] = f"{siblings[0]}-{siblings[-1]}\n"
    return found


def pi(root: Path, model: str, part: str, features: str, total_kb: int, **more: str) -> Path:
    files = {
        "proc/device-tree/model": f"{model}\0",
        "proc/cpuinfo": "".join(ARM_CORE.format(core, features, part) for core in range(4)) + f"Model : {model}\n",
        **cores(4),
        **memory(total_kb, 524_284),
        "proc/swaps": "Filename Type Size Used Priority\n/var/swap file 524284 0 -2\n",
        "proc/self/mountinfo": PI_MOUNTS,
        "proc/asound/cards": " 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n"
        "                      bcm2835 Headphones\n"
        " 1 [Device         ]: USB-Audio - USB PnP Sound Device\n"
        "                      C-Media Electronics Inc.\n",
        "proc/asound/card0/pcm0p/info": "",
        "proc/asound/card1/pcm0c/info": "",
        "proc/asound/card1/pcm0p/info": "",
        "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
        "sys/class/thermal/thermal_zone0/temp": "48312\n",
        "sys/devices/platform/soc/soc:firmware/get_throttled": "0\n",
        f"{CPU}/cpufreq/policy0/scaling_cur_freq": "600000\n",
        f"{CPU}/cpufreq/policy0/scaling_max_freq": "1800000\n",
        f"{CPU}/cpufreq/policy0/cpuinfo_max_freq": "1800000\n",
        "sys/devices/mmc0/block/mmcblk0/queue/rotational": "0\n",
        "sys/devices/mmc0/block/mmcblk0/device/type": "SD\n",
        "sys/devices/mmc0/block/mmcblk0/mmcblk0p2/partition": "2\n",
        **more,
    }
    return machine(root, files, {"sys/dev/block/179:2": "sys/devices/mmc0/block/mmcblk0/mmcblk0p2"})


def pi4(root: Path, total_kb: int, **more: str) -> Path:
    """A Raspberry Pi 4 with a USB sound card."""
    return pi(root, "Raspberry Pi 4 Model B Rev 1.5", "0xd08", "fp asimd evtstrm crc32 cpuid", total_kb, **more)


def pi5(root: Path, total_kb: int) -> Path:
    """A Raspberry Pi 5, which has a clock with a battery's connector."""
    features = "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp"
    return pi(
        root, "Raspberry Pi 5 Model B Rev 1.0", "0xd0b", features, total_kb, **{"sys/class/rtc/rtc0/name": "rpi-rtc"}
    )


def jetson(root: Path) -> Path:
    """A Jetson Orin Nano with 8 GB on an NVMe disk, and compressed memory to swap to."""
    model = "NVIDIA Jetson Orin Nano Developer Kit"
    files = {
        "proc/device-tree/model": f"{model}\0",
        "proc/device-tree/compatible": "nvidia,p3768-0000+p3767-0005\0nvidia,p3767-0005\0nvidia,tegra234\0",
        "proc/cpuinfo": "".join(ARM_CORE.format(core, "fp asimd asimddp", "0xd42") for core in range(6)),
        **cores(6),
        **memory(7_802_000, 3_900_000),
        "proc/swaps": "Filename Type Size Used Priority\n/dev/zram0 partition 650000 0 5\n",
        "proc/self/mountinfo": "31 1 259:1 / / rw,relatime - ext4 /dev/nvme0n1p1 rw\n",
        "proc/asound/cards": " 0 [HDA            ]: tegra-hda - NVIDIA Jetson Orin Nano HDA\n                 NVIDIA\n",
        "proc/asound/card0/pcm3p/info": "",
        "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
        "sys/class/thermal/thermal_zone0/temp": "51500\n",
        "sys/class/thermal/thermal_zone1/type": "pmic-die\n",
        "sys/class/thermal/thermal_zone1/temp": "70000\n",
        "sys/class/rtc/rtc0/name": "tegra-rtc\n",
        "sys/devices/nvme/nvme0n1/queue/rotational": "0\n",
        "sys/devices/nvme/nvme0n1/nvme0n1p1/partition": "1\n",
    }
    return machine(root, files, {"sys/dev/block/259:1": "sys/devices/nvme/nvme0n1/nvme0n1p1"})


def mini_pc(root: Path, total_kb: int = 7_900_000, count: int = 4, flags: str = "avx avx2 avx_vnni") -> Path:
    """A mini PC with an Intel N100, two threads a core for the sake of the test, its root on a logical volume."""
    name = "Intel(R) N100"
    files = {
        "sys/class/dmi/id/sys_vendor": "Beelink\n",
        "sys/class/dmi/id/product_name": "MINI S\n",
        "proc/cpuinfo": "".join(X86_CORE.format(thread, name, flags) for thread in range(2 * count)),
        **cores(count, 2),
        **memory(total_kb, 2_000_000),
        "proc/self/mountinfo": "31 1 253:0 / / rw,relatime - ext4 /dev/mapper/vg-root rw\n"
        "32 31 0:40 / /var/lib/my\\040voice rw - nfs4 server:/voice rw\n",
        "proc/asound/cards": " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n                 HDA Intel PCH\n",
        "proc/asound/card0/pcm0c/info": "",
        "proc/asound/card0/pcm0p/info": "",
        "sys/class/drm/card1/device/vendor": "0x8086\n",
        "sys/class/thermal/thermal_zone0/type": "acpitz\n",
        "sys/class/thermal/thermal_zone0/temp": "27800\n",
        "sys/class/thermal/thermal_zone1/type": "x86_pkg_temp\n",
        "sys/class/thermal/thermal_zone1/temp": "44000\n",
        "sys/class/rtc/rtc0/name": "rtc_cmos\n",
        "sys/devices/virtual/block/dm-0/queue/rotational": "1\n",
    }
    return machine(root, files, {"sys/dev/block/253:0": "sys/devices/virtual/block/dm-0"})
