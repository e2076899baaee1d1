"""A language is added to a model, and old ones stay as they are."""
