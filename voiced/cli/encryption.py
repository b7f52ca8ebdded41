"""Verbs for the lock on everything that is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter
from msgspec.structs import replace
from rich.text import Text

from voiced.cli.kept import confirm, moment, progress
from voiced.cli.options import Options
from voiced.cli.output import line, people, table
from voiced.core.speech_en import counted

if TYPE_CHECKING:
    from voiced.core.config import Config
    from voiced.core.ports.encryption import Encryption
    from voiced.core.ports.upkeep import Progress

Switch = Annotated[bool, Parameter(negative=())]
encryption = App(name="encryption", help="Lock everything that is kept. All but `status` need the daemon stopped.")
NAMES = {"locked": "encrypted", "plain": "not encrypted", "empty": "not there yet", "unknown": "damaged"}


def add_to(app: App) -> None:
    """Adds the verbs."""
    encryption.command(status)
    encryption.command(on)
    encryption.command(off)
    encryption.command(rotate)
    encryption.command(passphrase)
    app.command(encryption)


def status(*, options: Options | None = None) -> None:
    """Show whether everything is encrypted, and what opens it."""
    from voiced.encryption import status as found  # noqa: PLC0415 (the other verbs start faster without it)

    options = options or Options()
    config = options.loaded()
    _show(found(config), config.store.encryption, options)


def on(*, options: Options | None = None) -> None:
    """Encrypt everything that is there, as store.encryption tells; what was plain is overwritten and removed."""
    from voiced.encryption import encrypt  # noqa: PLC0415 (the same)

    _work("encrypting", encrypt, options or Options())


def off(*, yes: Switch = False, options: Options | None = None) -> None:
    """Decrypt everything; set store.encryption to off afterwards.

    Args:
        yes: Do not ask.
        options: What every verb understands.
    """
    from voiced.encryption import decrypt  # noqa: PLC0415 (the same)

    options = options or Options()
    confirm("Decrypt everything, so that anybody who has the disk can read it?", options, yes=yes)
    _work("decrypting", decrypt, options)


def rotate(*, options: Options | None = None) -> None:
    """Encrypt everything with a new key, and forget the old one; or finish that."""
    from voiced.encryption import rotate as work  # noqa: PLC0415 (the same)

    _work("rotating", work, options or Options())


def passphrase(
    *,
    to: Literal["credential", "keyfile", "passphrase"] | None = None,
    key_file: str | None = None,
    new_fd: int | None = None,
    options: Options | None = None,
) -> None:
    """Change the passphrase, or what takes its place; nothing is encrypted anew.

    Args:
        to: What opens it from now on; else the same kind as before. Set store.encryption accordingly afterwards.
        key_file: The key file to be.
        new_fd: Read the new passphrase from this open file descriptor; else it is asked for.
        options: What every verb understands.
    """
    from voiced.encryption import rewrap  # noqa: PLC0415 (the same)
    from voiced.encryption import status as found  # noqa: PLC0415 (the same)

    options = options or Options()
    config = options.loaded()
    store = replace(config.store, passphrase_fd=-1 if new_fd is None else new_fd)
    if to:
        store = replace(store, encryption=to)
    if key_file:
        store = replace(store, key_file=key_file)
    rewrap(config, replace(config, store=store))
    _show(found(config), config.store.encryption, options)


def _work(what: str, work: "Callable[[Config, Progress], Awaitable[None]]", options: Options) -> None:
    from voiced.encryption import status as found  # noqa: PLC0415 (the same)

    config = options.loaded()

    async def run() -> None:
        with progress(what, options) as report:
            await work(config, report)

    asyncio.run(run())
    _show(found(config), config.store.encryption, options)


def _show(found: "Encryption", setting: str, options: Options) -> None:
    if options.json:
        line({"setting": setting, "found": found})
        return
    keys = [[f"key {each.id}", f"{each.by}, of {moment(each.made_at, options.zone)}"] for each in found.keys]
    table(["", ""], [["file", NAMES[found.file]], ["store.encryption", setting], *keys])
    if found.locked:
        people.print(f"{counted(found.locked, 'backup is', 'backups are')} encrypted.")
    for path in found.plain:
        people.print(Text(f"Not encrypted: {path}", "red"), soft_wrap=True)
    if len(found.keys) > 1:
        people.print(Text("A rotation is not finished: `voiced encryption rotate` goes on.", "yellow"), soft_wrap=True)
    if found.keys and (by := found.keys[-1].by) != setting:
        words = f'Set store.encryption = "{by}", or the daemon cannot open the file.'
        people.print(Text(words, "red"), soft_wrap=True)
    if found.file == "plain" and not found.keys and setting != "off":
        words = 'The daemon does not open it so: `voiced encryption on` encrypts it, or set store.encryption = "off".'
        people.print(Text(words, "yellow"), soft_wrap=True)
