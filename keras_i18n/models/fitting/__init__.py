"""What `fit` does, for each kind of model."""
