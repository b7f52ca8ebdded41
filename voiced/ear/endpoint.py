"""When a command ends: a pure function."""
