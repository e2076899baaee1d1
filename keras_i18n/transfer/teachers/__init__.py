"""What a second encoder knows is carried into the space of the first."""
