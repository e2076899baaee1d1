"""The last layers of a classifier: built, and solved without training."""
