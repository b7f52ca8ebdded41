#!/usr/bin/env python3
"""Writes stub models: files that load and run in the real engines, made of no trained weights.

    scripts/make_stub_models.py whisper VOCABULARY "turn on the kitchen light" OUT.bin
    scripts/make_stub_models.py KIND --help

Tests use the small ones. Those of a true shape cost what real models cost: how fast a network is depends on its shape,
not on its weights.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

KINDS = ("whisper", "llama", "piper")
"""Each is a module of `stub_models` with `add_arguments(parser)` and `write(arguments)`."""


def main(arguments: list[str]) -> int:
    """Writes the file that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    # What a kind needs is imported for that kind alone.
    kind = parser.parse_args(arguments[:1]).kind
    module = import_module(f"stub_models.{kind}")
    parser = argparse.ArgumentParser(prog=f"make_stub_models.py {kind}", description=module.__doc__)
    module.add_arguments(parser)
    module.write(parser.parse_args(arguments[1:]))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    sys.exit(main(sys.argv[1:]))
