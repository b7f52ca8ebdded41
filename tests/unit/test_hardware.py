"""What is seen of a machine, and which profile is proposed for it."""

from pathlib import Path

import pytest

from tests.fakes import machines
from voiced.core.errors import InputInvalid
from voiced.core.machine import Card, Gpu, Hardware, Held
from voiced.setup.hardware import look
from voiced.setup.heat import held
from voiced.setup.places import profiles_folder
from voiced.setup.profiles import choose, named, profiles

STATE = Path("/var/lib/voiced")


@pytest.fixture
def known():
    return profiles(profiles_folder())


def seen(root: Path, architecture: str = "aarch64") -> Hardware:
    return look(root, STATE, architecture)


def test_a_raspberry_pi_4(tmp_path: Path):
    found = seen(machines.pi4(tmp_path, 1_890_000))
    assert found.board == "Raspberry Pi 4 Model B Rev 1.5"
    assert (found.processor.name, found.processor.cores, found.processor.threads) == ("Cortex-A72", 4, 4)
    assert found.processor.simd == ("neon",)
    assert (found.processor.mhz, found.processor.limit_mhz, found.processor.maximum_mhz) == (600, 1800, 1800)
    assert (found.memory.total_mb, found.memory.swap_mb, found.memory.zram) == (1935, 536, False)
    assert found.memory.available_mb is not None
    assert found.gpu is None
    assert found.heat.celsius == pytest.approx(48.3, abs=0.1)
    assert found.heat.held == held(0)
    assert found.disk is not None
    assert (found.disk.mount, found.disk.kind, found.disk.read_only) == ("/", "memory card", False)
    assert found.cards == (Card("bcm2835 Headphones", False, True), Card("USB PnP Sound Device", True, True))
    assert found.battery_clock is False


def test_a_raspberry_pi_5(tmp_path: Path):
    found = seen(machines.pi5(tmp_path, 8_240_000))
    assert (found.processor.name, found.processor.simd) == ("Cortex-A76", ("neon", "dotprod"))
    assert found.battery_clock is True


def test_a_jetson(tmp_path: Path):
    found = seen(machines.jetson(tmp_path))
    assert found.gpu == Gpu("NVIDIA", "NVIDIA Jetson Orin Nano Developer Kit")
    assert (found.processor.name, found.processor.cores) == ("Cortex-A78AE", 6)
    assert found.memory.zram
    assert found.heat.celsius == 51.5
    assert found.heat.held is None
    assert found.disk is not None
    assert found.disk.kind == "solid-state disk"


def test_a_mini_pc(tmp_path: Path):
    found = seen(machines.mini_pc(tmp_path), "x86_64")
    assert found.board == "Beelink MINI S"
    assert (found.processor.name, found.processor.cores, found.processor.threads) == ("Intel(R) N100", 4, 8)
    assert found.processor.simd == ("avx2",)
    assert found.gpu == Gpu("Intel")
    assert found.heat.celsius == 44.0
    assert found.disk is not None
    assert found.disk.kind == "hard disk"


def test_a_folder_on_another_disk(tmp_path: Path):
    found = look(machines.mini_pc(tmp_path), Path("/var/lib/my voice/voiced"), "x86_64").disk
    assert found is not None
    assert (found.mount, found.kind) == ("/var/lib/my voice", "network")


def test_a_disk_that_can_only_be_read(tmp_path: Path):
    mounts = machines.PI_MOUNTS.replace("rw,noatime", "ro,noatime")
    found = seen(machines.pi4(tmp_path, 1_890_000, **{"proc/self/mountinfo": mounts})).disk
    assert found is not None
    assert found.read_only


def test_a_graphics_card_of_which_the_driver_tells(tmp_path: Path):
    driver = {"proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA RTX A2000\nIRQ: 1\n"}
    assert look(machines.machine(tmp_path, driver)).gpu == Gpu("NVIDIA", "NVIDIA RTX A2000")


def test_a_machine_that_tells_nothing_is_no_error(tmp_path: Path):
    found = look(tmp_path, STATE, "riscv64")
    assert (found.board, found.architecture, found.gpu, found.cards) == (None, "riscv64", None, None)
    assert (found.processor.name, found.processor.cores, found.processor.simd) == (None, None, ())
    assert (found.memory.total_mb, found.heat.celsius, found.heat.held) == (None, None, None)


def test_files_full_of_nonsense_are_no_error(tmp_path: Path):
    files = [
        "proc/cpuinfo",
        "proc/meminfo",
        "proc/swaps",
        "proc/self/mountinfo",
        "proc/asound/cards",
        "proc/device-tree/model",
        "sys/class/thermal/thermal_zone0/temp",
        "sys/class/drm/card0/device/vendor",
        "sys/devices/platform/soc/soc:firmware/get_throttled",
        f"{machines.CPU}/cpufreq/policy0/scaling_max_freq",
    ]
    root = machines.machine(tmp_path, dict.fromkeys(files, ""))
    for name in files:
        (root / name).write_bytes(b"\xff\xfe - \n : 0 [x]: \x00 kB \\777\n" * 3)
    assert look(root, STATE).processor.cores is None


def test_this_machine():
    found = look()
    assert found.architecture
    assert found.disk is not None
    assert found.disk.total > 0


@pytest.mark.parametrize(
    ("bits", "meaning"),
    [
        (0x0, Held(False, False, False, False, False)),
        (0x1, Held(True, False, False, False, False)),
        (0x2, Held(False, True, False, False, False)),
        (0x4, Held(False, True, False, False, False)),
        (0x8, Held(False, False, True, False, False)),
        (0x10000, Held(False, False, False, True, False)),
        (0x50005, Held(True, True, False, True, True)),
    ],
)
def test_what_the_firmware_of_a_raspberry_pi_says(bits: int, meaning: Held):
    assert held(bits) == meaning


@pytest.mark.parametrize(
    ("make", "architecture", "profile", "models"),
    [
        (lambda root: machines.pi4(root, 1_890_000), "aarch64", "pi4", {"tiny.en"}),
        (lambda root: machines.pi4(root, 7_998_000), "aarch64", "pi4", {"tiny.en"}),
        (lambda root: machines.pi5(root, 2_000_000), "aarch64", "pi5", {"tiny.en"}),
        (lambda root: machines.pi5(root, 8_240_000), "aarch64", "pi5", {"base.en", "qwen2.5-0.5b-instruct"}),
        (machines.jetson, "aarch64", "jetson", {"base.en", "qwen2.5-1.5b-instruct"}),
        (machines.mini_pc, "x86_64", "x86", {"base.en", "qwen2.5-1.5b-instruct"}),
        (lambda root: machines.mini_pc(root, 3_900_000, 2), "x86_64", "x86", {"base.en", "qwen2.5-0.5b-instruct"}),
        (lambda root: machines.mini_pc(root, 32_000_000, 8), "x86_64", "x86", {"small.en", "qwen2.5-1.5b-instruct"}),
    ],
)
def test_the_profile_of_a_machine(tmp_path: Path, known, make, architecture, profile, models):
    choice = choose(seen(make(tmp_path), architecture), known)
    assert choice is not None
    assert (choice.profile, bool(choice.why)) == (profile, True)
    told = {choice.settings[key] for key in ("engines.whisper.model", "engines.llama.model") if key in choice.settings}
    assert told == models


@pytest.mark.parametrize(
    ("make", "architecture"),
    [
        (lambda root: machines.pi4(root, 940_000), "aarch64"),
        (lambda root: machines.pi4(root, 1_890_000), "armv7l"),
        (lambda root: machines.mini_pc(root, flags="avx"), "x86_64"),
        (lambda root: machines.mini_pc(root, 900_000), "x86_64"),
        (lambda root: root, "x86_64"),
    ],
)
def test_machines_that_are_best_left_with_the_embedded_engines(tmp_path: Path, known, make, architecture):
    assert choose(seen(make(tmp_path), architecture), known) is None


def test_a_profile_that_is_named(tmp_path: Path, known):
    large = seen(machines.mini_pc(tmp_path), "x86_64")
    assert named(large, known, "pi4").settings["engines.whisper.model"] == "tiny.en"
    with pytest.raises(InputInvalid, match="there is no profile 'pi3'") as raised:
        named(large, known, "pi3")
    assert "pi4, pi5, x86" in raised.value.hint
    with pytest.raises(InputInvalid, match="too small"):
        named(look(tmp_path / "nothing"), known, "pi4")
