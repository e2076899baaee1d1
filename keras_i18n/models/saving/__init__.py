"""One file that holds a whole model, and its opening."""
