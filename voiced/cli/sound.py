"""Verbs that look at single stages: what is transcribed, understood, taken for a wake word; which devices there are."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.progress import Progress
from rich.text import Text

from voiced.cli.options import Options
from voiced.cli.output import complain, complaints, line, people, said, table
from voiced.core.errors import InputInvalid, VoicedError

Files = Annotated[list[Path], Parameter(negative=())]
wake = App(name="wake", help="Look after the wake words.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    for verb in (transcribe, understand, devices):
        app.command(verb)
    wake.command(find_words, name="test")
    app.command(wake)


def transcribe(files: Files, *, intents: Path | None = None, options: Options | None = None) -> int:
    """Tell what is said in sound files, and what it means. What is no command is not understood.

    Args:
        files: Any sound files, one utterance each.
        intents: A folder of sentence templates instead of the configured one.
        options: What every verb understands.
    """
    from voiced.offline import transcribe as transcribe_file  # noqa: PLC0415 (the other verbs start faster without it)

    options = options or Options()

    async def work() -> int:
        code = 0
        with Progress(console=complaints, transient=True, disable=options.json or len(files) == 1) as progress:
            task = progress.add_task("transcribing", total=len(files))
            async for file, result in transcribe_file(options.loaded(), files, intents):
                progress.advance(task)
                if isinstance(result, VoicedError):
                    code = complain(result, as_json=options.json, file=file)
                elif options.json:
                    line(result)
                elif result.text is None:
                    progress.console.print(Text.assemble(f"{result.file}: ", ("not understood", "yellow")))
                else:
                    slots = ", ".join(f"{key} = {value}" for key, value in (result.slots or {}).items())
                    meaning = (f"{result.intent} {slots}", "dim")
                    people.print(Text.assemble(f"{result.file}: “{result.text}” ", meaning), soft_wrap=True)
        return code

    return asyncio.run(work())


def understand(*words: str, intents: Path | None = None, options: Options | None = None) -> int:
    """Tell what a sentence means.

    Args:
        words: The sentence.
        intents: A folder of sentence templates instead of the configured one.
        options: What every verb understands.
    """
    from voiced.offline import understand as understand_text  # noqa: PLC0415 (the other verbs start faster without it)

    options, text = options or Options(), said(words)
    understood = understand_text(options.loaded(), text, intents)
    if options.json:
        line({"text": text, "intent": understood and understood.intent, "slots": understood and understood.slots})
    elif understood is None:
        people.print(Text("not understood", "yellow"))
    else:
        table(["intent", "slots"], [[understood.intent, ", ".join(f"{k} = {v}" for k, v in understood.slots.items())]])
    return 0 if understood else 1


def find_words(files: Files, *, word: str | None = None, options: Options | None = None) -> int:
    """Tell where wake words are heard in sound files.

    Args:
        files: Any sound files.
        word: Only this wake word: one that is configured, or the name of a bundled model.
        options: What every verb understands.
    """
    from voiced.offline import wake_test  # noqa: PLC0415 (the other verbs start faster without it)

    options = options or Options()
    code = 0
    with Progress(console=complaints, transient=True, disable=options.json or len(files) == 1) as progress:
        task = progress.add_task("listening", total=len(files))
        for file, detections in wake_test(options.loaded(), files, word):
            progress.advance(task)
            if isinstance(detections, InputInvalid):
                code = complain(detections, as_json=options.json, file=file)
                continue
            for found in detections:
                if options.json:
                    line({"file": str(file), "word": found.word, "score": found.score, "second": found.second})
                else:
                    people.print(f"{file}: {found.word} ({found.score:.2f}) at {found.second:.2f} s", soft_wrap=True)
            if not detections and not options.json:
                people.print(Text.assemble(f"{file}: ", ("no wake word", "dim")), soft_wrap=True)
    return code


def devices(*, options: Options | None = None) -> int:
    """List the microphones and speakers that voiced can use."""
    from voiced.offline import devices as list_devices  # noqa: PLC0415 (the other verbs start faster without it)

    options = options or Options()
    found = asyncio.run(list_devices())
    if options.json:
        for device in found:
            line(device)
    elif found:
        rows = [
            [
                Text.assemble(device.name, (" default" if device.default else "", "green")),
                f"{device.inputs} in" if device.inputs else "",
                f"{device.outputs} out" if device.outputs else "",
                f"{device.rate:g} Hz",
            ]
            for device in found
        ]
        table(["device", "microphone", "speaker", "rate"], rows)
    else:
        nothing = ("There is no sound device.", "yellow")
        people.print(Text.assemble(nothing, " Plug one in, or look whether the sound server runs."))
    return 0 if found else 1
