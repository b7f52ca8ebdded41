"""How others steer and watch the daemon."""
