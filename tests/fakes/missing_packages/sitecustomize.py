"""On the command line's path, packages that are not installed: those that $MISSING_PACKAGES names."""

import os
import sys

for name in os.environ["MISSING_PACKAGES"].split():
    sys.modules[name] = None  # pyright: ignore[reportArgumentType] (Python's own way to say that there is none)
