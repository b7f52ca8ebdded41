"""What the doctor makes of facts: pure functions, from what was seen to a finding, or None where nothing applies."""
