"""voiced: an always-on, private voice agent for small Linux boxes."""
