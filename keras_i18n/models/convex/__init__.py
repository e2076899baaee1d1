"""Classifiers that are one convex problem: n-grams with weights of their own, and vectors of an encoder."""
