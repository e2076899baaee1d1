"""`python -m docs.generate FOLDER`: all pages of the site, those by hand copied, the others written."""

import pathlib
import sys

from docs.generate.site import write_site

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m docs.generate FOLDER")
    folder = pathlib.Path(sys.argv[1])
    print(f"{len(write_site(folder))} pages in {folder}")
