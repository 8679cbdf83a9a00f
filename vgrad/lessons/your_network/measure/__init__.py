"""What is measured: a network whose arrays come from somebody else's loop."""
