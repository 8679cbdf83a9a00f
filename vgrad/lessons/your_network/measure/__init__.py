"""What lesson 17 measures."""
