"""Options that several commands take."""

import typer

DATA = "A file (.tsv, .csv, .jsonl, .parquet, also .gz or .xz) with columns text, label, language; or sample:assistant."
MODEL = "A saved model (.keras) or an exported file."

TEXT = typer.Option("text", help="Name of the column with texts.")
LABEL = typer.Option("label", help="Name of the column with labels.")
LABEL_SEPARATOR = typer.Option(
    help="Where a text may have several labels: what stands between them, such as '|'. An empty cell has none."
)
ENCODING = typer.Option("utf-8", help="Of .tsv, .csv and .jsonl: 'cp1252', 'utf-16', ...")
LANGUAGE = typer.Option("language", help="Name of the column with BCP-47 tags, or one tag for the whole file.")
