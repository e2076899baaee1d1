"""Classifiers made of several classifiers."""
