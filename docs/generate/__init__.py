"""Writes the pages that follow from the code and from what was measured: `python -m docs.generate FOLDER`."""
