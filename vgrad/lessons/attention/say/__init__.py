"""The sentences of this lesson, said from its records."""
