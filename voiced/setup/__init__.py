"""Looking at the machine: what is there, and whether it works."""
