"""The words of the lesson."""
