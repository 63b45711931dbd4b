"""Cells that a spreadsheet would run as formulas are made inert on export, and come back as they were.

`=`, `+`, `-`, `@` (also full-width), tab and carriage return begin a formula or break out of a cell in spreadsheet
programs. An apostrophe in front makes them text. A plain number such as `-3.5` cannot do anything and stays readable.
"""

import re

_ACTIVE = re.compile(r"[\s']*[=+\-@＝＋－＠]|'*[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")


def make_inert(text: str) -> str:
    """`text` as it may stand in a CSV cell: `=1+1` → `'=1+1`, `-3.5` → `-3.5`. Reversed by `restore`."""
    if _ACTIVE.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def restore(text: str) -> str:
    """The cell before `make_inert`: one apostrophe in front of an active beginning is taken off."""
    if text.startswith("'") and _ACTIVE.match(text, 1):
        return text[1:]
    return text
