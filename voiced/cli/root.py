"""What all verbs hang on."""

from cyclopts import App

from voiced import __version__


def root() -> App:
    """The command line without a verb."""
    return App(
        name="voiced",
        help="An always-on, private voice agent: it listens, understands and answers, on this box alone.",
        version=__version__,
        version_flags=["--version"],
    )
