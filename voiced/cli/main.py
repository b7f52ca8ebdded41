"""The command line's entry: all verbs, and the boundary at which errors become words."""

import logging
import os
import sys

from cyclopts import App, CycloptsError

from voiced import __version__
from voiced.cli import configuration, daemon, doctor, sound, talk
from voiced.cli.output import complain
from voiced.core.errors import VoicedError

app = App(
    name="voiced",
    help="An always-on, private voice agent: it listens, understands and answers, on this box alone.",
    version=__version__,
    version_flags=["--version"],
)
for group in (daemon, talk, sound, configuration, doctor):
    group.add_to(app)


def main() -> None:
    """Runs one verb. Exit codes: 0 done, 1 it failed, 2 the call is wrong, 65 and up as in sysexits.h."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    try:
        sys.exit(app(exit_on_error=False, print_error=True) or 0)
    except CycloptsError:
        sys.exit(2)
    except VoicedError as error:
        sys.exit(complain(error, as_json="--json" in sys.argv))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read the output has enough; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
