"""`keras-i18n`: reads the command line. TensorFlow is imported by the commands, not by `--help`."""

import os
import sys

import typer

from keras_i18n.cli import (
    add_language,
    assemble,
    benchmark,
    bulk,
    certify,
    check,
    compact,
    convert,
    demo,
    evaluate,
    export,
    import_model,
    inspect,
    localize,
    pack,
    predict,
    serve,
    train,
    train_translator,
    translate,
    verify,
)
from keras_i18n.cli.interrupts import Interrupted, end_at_once, signals_as_exceptions, what_is_kept
from keras_i18n.cli.native_logs import native_logs_silenced
from keras_i18n.cli.option_names import in_option_names, options_of
from keras_i18n.cli.warning_lines import warnings_in_lines
from keras_i18n.shown import cut
from keras_i18n.version import __version__

_EPILOG = "Start with: keras-i18n demo"

app = typer.Typer(
    name="keras-i18n",
    help="Take a Keras text model across languages and across machines.",
    epilog=_EPILOG,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
for command in (
    demo.demo,
    check.check,
    train.train,
    evaluate.evaluate,
    predict.predict,
    bulk.bulk,
    train_translator.train_translator,
    translate.translate,
    add_language.add_language,
    convert.convert,
    inspect.inspect,
    localize.localize,
    compact.compact,
    pack.pack,
    assemble.assemble,
    export.export,
    verify.verify,
    certify.certify,
    serve.serve,
    benchmark.benchmark,
):
    app.command(no_args_is_help=command is not demo.demo)(command)
app.command("import", no_args_is_help=True)(import_model.import_model)


def _version(wanted: bool):
    if wanted:
        typer.echo(f"keras_i18n {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Tell the version."),
):
    """Take a Keras text model across languages and across machines."""


def main() -> None:
    """Runs the command line; what the library refuses is told in a line, without a traceback.

    Set KERAS_I18N_DEBUG=1 to see where an error comes from.
    """
    try:
        with signals_as_exceptions(), native_logs_silenced(), warnings_in_lines():
            app()
    except (ValueError, TypeError, KeyError, OSError, ImportError) as error:
        if os.environ.get("KERAS_I18N_DEBUG"):
            raise
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        if isinstance(error, FileNotFoundError) and error.filename:
            message = f"No file at '{cut(error.filename)}'."
        typer.echo(f"error: {_in_words_of_the_command(str(message))}", err=True)
        sys.exit(1)
    except Interrupted as interrupted:
        typer.echo(what_is_kept(sys.argv[1:]), err=True)
        end_at_once(interrupted.number)


def _in_words_of_the_command(message):
    command = getattr(typer.main.get_command(app), "commands", {}).get(next(iter(sys.argv[1:]), ""))
    return message if command is None else in_option_names(message, options_of(command))


if __name__ == "__main__":
    main()
