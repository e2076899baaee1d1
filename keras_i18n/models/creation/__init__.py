"""`TextClassifier.create`: candidates, how they are judged, what was tried."""
