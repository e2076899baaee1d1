"""A docstring as Markdown: sections, arguments, examples."""

import re

SECTION = re.compile(r"^(Args|Returns|Raises|Warns|Example|Examples|Input shape|Output shape|Source|Reference):(.*)$")
ARGUMENT = re.compile(r"^(\*{0,2}[a-z_]\w*(?:, \*{0,2}[a-z_]\w*)*): (.*)$")


def markdown(docstring: str) -> str:
    """Markdown of a docstring whose common indentation is taken off already.

    >>> print(markdown("Adds.\\n\\nArgs:\\n    left, right: numbers,\\n        or arrays.\\n\\n>>> 1 + 1\\n2"))
    Adds.
    <BLANKLINE>
    **Args**
    <BLANKLINE>
    - `left, right`: numbers, or arrays.
    <BLANKLINE>
    ```pycon
    >>> 1 + 1
    2
    ```
    """
    written, section = [], ""
    for kind, lines in _parts(docstring.strip("\n").split("\n")):
        if kind == "example":
            written.append("\n".join(["```pycon", *lines, "```"]))
            continue
        found = SECTION.match(lines[0])
        if found:
            section = found[1]
            rest = found[2].strip()
            written.append(f"**{section}**" + (f": {rest}" if rest else ""))
            lines = lines[1:]
        elif lines and not lines[0].startswith(" "):
            section = ""
        if lines:
            written.append(_arguments(lines) if section == "Args" else _paragraph(lines))
    return "\n\n".join(written)


def _parts(lines):
    """("example" | "text", lines) of each paragraph; an example lasts until an empty line."""
    current, kind = [], "text"
    for line in [*lines, ""]:
        begins = line.lstrip().startswith(">>>")
        if (not line.strip() or (begins and kind == "text")) and current:
            yield kind, current
            current, kind = [], "text"
        if line.strip():
            kind = "example" if begins else kind
            current.append(line)


def _arguments(lines):
    items = []
    for line in lines:
        found = ARGUMENT.match(line.strip())
        if found and line.startswith("    ") and not line.startswith("     "):
            items.append(f"- `{found[1]}`: {found[2]}")
        elif items:
            items[-1] += " " + line.strip()
        else:
            items.append(line.strip())
    return "\n".join(items)


def _paragraph(lines):
    indentation = min(len(line) - len(line.lstrip()) for line in lines)
    return "\n".join(line[indentation:] for line in lines)
