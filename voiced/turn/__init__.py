"""One turn: from an utterance to the answer."""
