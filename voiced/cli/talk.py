"""Verbs that talk: in writing, aloud, or with a recording."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.events import EventPrinter
from voiced.cli.options import Options
from voiced.cli.output import line, people, plain, said
from voiced.cli.recordings import again, found

Switch = Annotated[bool, Parameter(negative=())]


def add_to(app: App) -> None:
    """Adds the verbs."""
    for verb in (ask, say, replay):
        app.command(verb)


def ask(*words: str, aloud: Switch = False, options: Options | None = None) -> int:
    """Ask in writing. The running daemon answers; without one, voiced answers here and now, in writing.

    Args:
        words: The question.
        aloud: Let the daemon speak the answer as well.
        options: What every verb understands.
    """
    options, text = options or Options(), said(words)
    client = options.client()
    if client.running():
        answer = client.ask(text, aloud=aloud)
    else:
        from voiced.offline import ask_once  # noqa: PLC0415 (not needed while a daemon runs)

        answer = asyncio.run(ask_once(options.loaded(), text))
    if options.json:
        line({"text": text, "answer": answer, "understood": answer is not None})
    elif answer is None:
        unknown = Text.assemble(
            ("I have no answer to that.", "yellow"), ' `voiced ask "what can you do"` says what I know.'
        )
        people.print(unknown, soft_wrap=True)
    elif answer:
        people.print(plain(answer), soft_wrap=True)
    return 1 if answer is None else 0


def say(*words: str, out: Path | None = None, options: Options | None = None) -> None:
    """Speak a text through the daemon's speaker, or this machine's, or into a file.

    Args:
        words: What to say.
        out: Write a sound file instead of playing it.
        options: What every verb understands.
    """
    options, text = options or Options(), said(words)
    client = options.client()
    if out is None and client.running():
        client.post("voice/say", text=text)
    else:
        from voiced.offline import say_once  # noqa: PLC0415 (not needed while a daemon runs)

        asyncio.run(say_once(options.loaded(), text, out))
    if options.json:
        line({"text": text, "out": str(out) if out else None})


def replay(file: str, *, out: Path | None = None, fast: Switch = False, options: Options | None = None) -> int:
    """Let the daemon's own pipeline hear a sound file, or a recorded turn again, and show what happens.

    Of a recorded turn it is told what goes another way than it went; the exit code is then 1.

    Args:
        file: Any sound file; or a recorded turn, by its file or its id (see `voiced recordings list`).
        out: Write what is answered to this file, in time with the original.
        fast: As fast as possible instead of in real time; every decision is the same.
        options: What every verb understands.
    """
    from voiced.offline import Setting  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.offline import replay as replay_file  # noqa: PLC0415 (the same)
    from voiced.store.bundles import is_bundle  # noqa: PLC0415 (the same)

    options = options or Options()
    printer, path = EventPrinter(options), Path(file)
    if is_bundle(path) or not (path.suffix or path.exists()):
        return again(found(file, options), printer.show, Setting(out, fast), options)
    asyncio.run(replay_file(options.loaded(), path, printer.show, Setting(out, fast)))
    return 0
