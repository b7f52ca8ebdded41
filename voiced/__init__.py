"""voiced: an always-on, private voice agent for small Linux boxes."""

__version__ = "0.1.0"
