"""The verb that starts the daemon."""

import os
import signal
import sys

import msgspec
from cyclopts import App

from voiced.cli.options import Options
from voiced.setup.places import socket_path


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(run)


def run(*, options: Options | None = None) -> None:
    """Run the daemon: listen, understand, answer, until it is stopped. With --json, its log is one object a line."""
    options = options or Options()
    if options.json:
        options.set.append("log.format=json")
    config = options.loaded()
    # In the same process, but without the command line: what it loaded would cost the daemon 15 MB for ever.
    arguments = [
        msgspec.json.encode(config).decode(),
        str(socket_path(config)),
        str(options.config or ""),
        *options.set,
    ]
    # Until the new program obeys, whoever tells it to end or to reload has to wait a moment.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    os.execv(sys.executable, [sys.executable, "-m", "voiced", *arguments])  # noqa: S606 (our own program)
