"""The command line's entry: the verbs, and the boundary at which errors become words."""

import logging
import os
import sys
from collections.abc import Sequence
from types import TracebackType

from cyclopts import App, CycloptsError, UnknownCommandError, UnusedCliTokensError

from voiced.cli import running
from voiced.cli.output import WrongCall, complain
from voiced.cli.root import root
from voiced.core.errors import InputInvalid, VoicedError


def main() -> None:
    """Runs one verb. Exit codes: 0 done, 1 it failed, 2 the call is wrong, 65 and up as in sysexits.h."""
    sys.excepthook = _unexpected
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    try:
        _look_at(sys.argv[1:])
        sys.exit(_app()(exit_on_error=False, print_error=False) or 0)
    except CycloptsError as error:
        sys.exit(misused(error, as_json="--json" in sys.argv))
    except VoicedError as error:
        sys.exit(complain(error, as_json="--json" in sys.argv))
    except KeyboardInterrupt:
        sys.exit(130)


def _app() -> App:
    """The command line with all its verbs. `voiced run` has itself alone: a daemon starts sooner then."""
    if sys.argv[1:2] == ["run"]:
        app = root()
        running.add_to(app)
        return app
    from voiced.cli.verbs import app  # noqa: PLC0415 (see above)

    return app


def misused(error: CycloptsError, *, as_json: bool) -> int:
    """Tells how a verb cannot be called; returns the exit code."""
    if isinstance(error, UnusedCliTokensError) and error.app and error.app.default_command and list(error.app):
        # A group's verb that there is not, which its default was given.
        error = UnknownCommandError(
            app=error.app, command_chain=error.command_chain, unused_tokens=error.unused_tokens, verbose=False
        )
    verb = " ".join(("voiced", *(error.command_chain or ())))
    return complain(WrongCall(str(error), hint=f"See `{verb} --help`."), as_json=as_json)


def _look_at(arguments: Sequence[str]) -> None:
    """Looks whether arguments are text: Python lets in any bytes, as halves of characters that cannot be written.

    Raises:
        InputInvalid: one is not.
    """
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            shown = ascii(argument)
            raise InputInvalid(
                f"{shown} is no UTF-8", hint="Give all arguments, also names of files, in UTF-8."
            ) from error


def _unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last resort: a fault of ours, in a form that can be reported. VOICED_LOG_LEVEL=debug shows where it was."""
    if os.environ.get("VOICED_LOG_LEVEL") == "debug":
        sys.__excepthook__(kind, error, trace)
    hint = "This is a fault of voiced: please report it, with what VOICED_LOG_LEVEL=debug shows."
    complain(VoicedError(f"{kind.__name__}: {error}", hint=hint), as_json="--json" in sys.argv)


if __name__ == "__main__":
    main()
