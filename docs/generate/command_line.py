"""The reference of the command line: a section for each command, from the definitions that `--help` shows."""

import typer

from keras_i18n.cli import main

PAGE = "look-up/command-line.md"


def pages() -> dict[str, str]:
    """One page."""
    commands = typer.main.get_command(main.app).commands
    parts = [
        "# Command line",
        "`keras-i18n COMMAND --help` tells the same in a terminal. Where a command fails, it ends with a status other "
        "than 0 and one line that says why; `KERAS_I18N_DEBUG=1` shows where an error comes from.",
        "\n".join(f"- [`{name}`](#{name}): {_first_line(command)}" for name, command in commands.items()),
    ]
    parts += [_section(name, command) for name, command in commands.items()]
    return {PAGE: "\n\n".join(parts) + "\n"}


def _section(name, command):
    text, examples = _without_examples(command.help or "")
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
    usage = " ".join(["keras-i18n", name, *(f"[{one.name}]" if not one.required else one.name for one in arguments)])
    parts = [f"## {name} {{ #{name} }}", text, f"```text\n{usage} [OPTIONS]\n```"]
    if arguments:
        parts.append(
            "| argument | |\n| --- | --- |\n" + "\n".join(f"| `{a.name}` | {_cell(a.help)} |" for a in arguments)
        )
    if options:
        rows = [f"| {', '.join(f'`{flag}`' for flag in o.opts)} | {_cell(o.help)} | {_default(o)} |" for o in options]
        parts.append("| option | | default |\n| --- | --- | --- |\n" + "\n".join(rows))
    if examples:
        parts.append("```text\n" + "\n".join(examples) + "\n```")
    return "\n\n".join(parts)


def _without_examples(text):
    """The text of a command without its lines of examples, and these."""
    lines = [line.strip() for line in text.replace("\b", "").split("\n")]
    examples = [line[line.index("keras-i18n ") :] for line in lines if "keras-i18n " in line]
    kept = [line for line in lines if "keras-i18n " not in line and line != "Example:"]
    return "\n".join(kept).strip().removesuffix("Example:").strip(), examples


def _first_line(command):
    return (command.help or "").strip().split("\n")[0]


def _cell(text):
    return " ".join((text or "").split()).replace("|", "\\|")


def _default(option):
    default = option.default
    empty = default is None or default is False or default == [] or callable(default) or "Sentinel" in repr(default)
    return "" if empty or default == "" else f"`{default}`"
