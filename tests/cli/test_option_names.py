"""Messages speak of options as the command line names them."""

import pytest
import typer

from keras_i18n.cli.main import app
from keras_i18n.cli.option_names import in_option_names, options_of


@pytest.mark.parametrize(
    ("command", "message", "told"),
    [
        ("train", "`early_stopping` watches it. Give `validation_data`.", "--early-stopping watches it. Give --validation."),
        ("train", "`trainable` must be 'head'. Received: trainable='x'.", "--trainable must be 'head'. Received: --trainable x."),
        ("train", "Give it a folder: `backup_dir=`, and learning_rate=0.1", "Give it a folder: --backup, and --learning-rate 0.1"),
        ("train", "Name the column: `label=`, or label=None.", "Name the column: --label, or label=None."),
        ("train", "Did you mean text='my text'? Or text='message;x'?", "Did you mean --text 'my text'? Or --text 'message;x'?"),
        ("evaluate", "`dataset` has labels that the model lacks", "DATA has labels that the model lacks"),
        ("add-language", "`keep_texts` and `teacher`, not `other`", "--keep and --teacher, not `other`"),
    ],
)  # fmt: skip
def test_names(command, message, told):
    commands = typer.main.get_command(app).commands
    assert in_option_names(message, options_of(commands[command])) == told
