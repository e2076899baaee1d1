"""Translation: training, search, and the graph that is exported."""
