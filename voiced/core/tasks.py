"""Background tasks whose failure nobody would notice."""

import asyncio
import logging
from typing import Any

log = logging.getLogger(__name__)

EX_SOFTWARE = 70
"""The exit code for a fault of ours (sysexits.h)."""


def vital(task: asyncio.Task[Any]) -> None:
    """Ends the process if a task ends in an unexpected error: without it the daemon would be deaf, or mute."""
    task.add_done_callback(_end)


def _end(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("%s failed: this is a fault of voiced", task.get_name(), exc_info=error)
        raise SystemExit(EX_SOFTWARE)
