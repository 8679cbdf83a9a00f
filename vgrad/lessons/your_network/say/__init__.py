"""The sentences of this lesson, made from its records."""
