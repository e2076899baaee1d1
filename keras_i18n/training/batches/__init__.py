"""Batches of token ids and of text, made once an epoch."""
