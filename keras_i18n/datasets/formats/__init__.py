"""One file a format: each turns a path into records with the lines they begin in."""

from keras_i18n.datasets.formats.comma import read_csv
from keras_i18n.datasets.formats.json_lines import read_jsonl
from keras_i18n.datasets.formats.parquet import read_parquet
from keras_i18n.datasets.formats.tab import read_tsv

# ending -> reader(path, problems, encoding=, max_bytes=) -> Records
READERS = {".tsv": read_tsv, ".csv": read_csv, ".jsonl": read_jsonl, ".parquet": read_parquet}
