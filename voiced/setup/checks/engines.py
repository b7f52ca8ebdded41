"""Are the configured engines there: their packages, their models, the machines they run on?"""

from voiced.core.errors import VoicedError
from voiced.core.extras import install
from voiced.setup.doctor import Finding, Health


def package(engine: str, extra: str, *, installed: bool) -> Finding:
    """Judges whether an engine's package is installed.

    Args:
        engine: its name.
        extra: which extra of voiced brings it.
        installed: it is there.
    """
    check = f"{engine} package"
    if installed:
        return Finding(check, Health.GOOD, "installed")
    hint = f"Install it: `{install(extra)}`; or take {engine} out of the configuration."
    return Finding(check, Health.BAD, f"{engine} is configured, but not installed", hint)


def model(engine: str, name: str, problem: VoicedError | None) -> Finding:
    """Judges whether an engine's model is there.

    Args:
        engine: its name.
        name: the model's.
        problem: why it cannot be used; None if it can.
    """
    check = f"{engine} model"
    if problem is None:
        return Finding(check, Health.GOOD, name)
    return Finding(check, Health.BAD, problem.message, problem.hint)


def espeak(*, wanted: bool, installed: bool) -> Finding | None:
    """Judges whether the voice that needs no model is there.

    Args:
        wanted: it is configured.
        installed: its library is there.
    """
    if not wanted:
        return None
    if installed:
        return Finding("eSpeak NG", Health.GOOD, "installed")
    return Finding("eSpeak NG", Health.BAD, "it is not installed", "Install it: `sudo apt install espeak-ng`.")
