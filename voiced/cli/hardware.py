"""The verb that shows the machine, and what suits it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cyclopts import App
from rich.text import Text

from voiced.cli.kept import size
from voiced.cli.options import Options
from voiced.cli.output import line, people, table
from voiced.setup.places import profiles_folder, state_folder

if TYPE_CHECKING:
    from voiced.core.machine import Choice, Hardware

MEGA = 1_000_000


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(hardware)


def hardware(*, options: Options | None = None) -> None:
    """Show what this machine is, and which profile `voiced setup` proposes for it."""
    from voiced.setup.hardware import look  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.profiles import choose, profiles  # noqa: PLC0415 (the same)

    options = options or Options()
    found = look(folder=state_folder(options.loaded()))
    choice = choose(found, profiles(profiles_folder()))
    if options.json:
        line({"hardware": found, "profile": choice})
        return
    table(["", ""], [[name, told or Text("not known", "dim")] for name, told in _rows(found)])
    people.print(_proposal(choice), soft_wrap=True)


def _rows(found: "Hardware") -> list[tuple[str, str]]:
    processor, memory, disk = found.processor, found.memory, found.disk
    cores = f"{processor.cores} cores" if processor.cores else ""
    if processor.threads and processor.threads != processor.cores:
        cores += f", {processor.threads} threads"
    swap = f"{_mega(memory.swap_mb)} to swap to{', compressed' if memory.zram else ''}" if memory.swap_mb else "no swap"
    return [
        ("board", found.board or ""),
        ("processor", _joined([processor.name, found.architecture, cores, " ".join(processor.simd)])),
        ("memory", _joined([_mega(memory.total_mb), f"{_mega(memory.available_mb)} free", swap])),
        ("graphics", _joined([found.gpu.vendor, found.gpu.name]) if found.gpu else "none"),
        ("temperature", f"{found.heat.celsius:.0f} °C" if found.heat.celsius is not None else ""),
        ("disk", _joined([disk.kind, f"{size(disk.free)} of {size(disk.total)} free"]) if disk else ""),
        ("sound cards", ", ".join(card.name for card in found.cards or ()) or "none (see `voiced devices`)"),
        ("clock", {True: "goes on without power", False: "stops without power", None: ""}[found.battery_clock]),
    ]


def _joined(parts: Sequence[str | None]) -> str:
    return ", ".join(part for part in parts if part)


def _mega(megabytes: int | None) -> str:
    return "?" if megabytes is None else size(megabytes * MEGA)


def _proposal(choice: "Choice | None") -> Text:
    if choice is None:
        embedded = "The embedded engines suit this machine best: they need no model, and work already."
        return Text.assemble(("no profile  ", "bold"), embedded)
    return Text.assemble(("profile ", "bold"), (choice.profile, "bold green"), f"  {choice.title}: {choice.why}.")
