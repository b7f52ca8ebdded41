"""Looking things up: one file a provider, and one that asks them all."""
