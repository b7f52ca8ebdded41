"""How what is not installed yet is installed: the packages that a bigger box may add."""

import shutil
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def install(*extras: str, root: Path = _ROOT) -> str:
    """The command that adds extras to voiced.

    Where versions lie side by side it is an update. In a checkout it takes the versions of the lock file, and builds
    with the flags that are set there: those that uv would choose by itself take twice as long for llama.cpp, and fit
    this one machine.

    Args:
        extras: their names.
        root: the folder that holds the package.
    """
    if Path(sys.prefix).parent.name == "releases":
        return f"sudo voiced update {' '.join(f'--extra {extra}' for extra in extras)}"
    if not (root / "uv.lock").is_file():
        return f"pip install 'voiced[{','.join(extras)}]'"
    own = root / ".venv-uv" / "bin" / "uv"  # Where scripts/voiced puts it if there is no other.
    uv = own if own.is_file() and not shutil.which("uv") else "uv"
    return f"{uv} sync --project {root} --locked --inexact {' '.join(f'--extra {extra}' for extra in extras)}"
