"""The vocabulary of voiced: types, events, commands, errors, configuration, ports. It imports nothing else of ours."""
