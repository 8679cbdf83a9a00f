"""What this lesson measures."""
