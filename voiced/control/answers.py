"""What can go wrong between the daemon and who asks it, in our words."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from voiced.control.told import Problem, error_of
from voiced.core.errors import DaemonUnreachable, VoicedError

REPORT = "See the daemon's log; if it is of the same version as this command, please report it."


@contextmanager
def translated(path: Path) -> Generator[None]:
    """Turns httpx's errors into ours.

    Args:
        path: the daemon's socket.
    """
    try:
        yield
    except httpx.ConnectError as error:
        # httpx wraps httpcore's error, whose argument is the system's own.
        if any(isinstance(reason, PermissionError) for reason in (error.__cause__ or error).args):
            hint = "Join the group `voiced`, or use the daemon's own user."
            raise DaemonUnreachable(f"you may not use {path}", code="not-allowed", hint=hint) from error
        raise DaemonUnreachable(f"no daemon answers on {path}") from error
    except httpx.TimeoutException as error:
        message = f"the daemon on {path} does not answer in time"
        raise DaemonUnreachable(message, code="daemon-hangs", hint="See its log, and start it again.") from error
    except httpx.RemoteProtocolError as error:
        if _cut_short(error):
            raise _gone(error) from error
        message = f"what answers on {path} is no voiced: {error}"
        raise VoicedError(message, code="wire-broken", hint=REPORT) from error
    except httpx.TransportError as error:
        raise _gone(error) from error
    except msgspec.MsgspecError as error:
        message = f"the daemon's answer is of another form: {error}"
        raise VoicedError(message, code="wire-broken", hint=REPORT) from error


def problem(response: httpx.Response) -> VoicedError:
    """The daemon's own words for what went wrong, if it had any."""
    try:
        told = msgspec.json.decode(response.content, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return VoicedError(f"the daemon answered {response.status_code} {response.reason_phrase}", hint=REPORT)
    return error_of(told)


_CUT_SHORT = ("disconnected", "peer closed")
"""httpx tells a daemon that went away in the middle by these words alone."""


def _cut_short(error: httpx.RemoteProtocolError) -> bool:
    return any(words in str(error) for words in _CUT_SHORT)


def _gone(error: Exception) -> DaemonUnreachable:
    return DaemonUnreachable(
        f"the daemon went away: {error}", hint="See its log, and start it again with `voiced run`."
    )
