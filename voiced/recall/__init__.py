"""Memory above the store: vectors made in the background, search by words and meaning, documents in pieces."""
