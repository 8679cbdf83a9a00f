"""The pictures of this lesson, drawn from its records."""
