"""Who answers: a pure function from text to tier."""
