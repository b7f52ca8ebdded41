"""What voiced can do by itself: one file a skill."""
