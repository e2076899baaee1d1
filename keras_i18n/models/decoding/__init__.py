"""Next tokens: scores, continuations, suggestions, and the step that is exported."""
