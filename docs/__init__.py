"""The documentation: pages by hand in Markdown, and `generate`, which writes those that follow from the code."""
