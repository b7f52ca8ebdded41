"""The ear: from frames of sound to the utterances in them."""
