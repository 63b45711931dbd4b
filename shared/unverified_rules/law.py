"""How a table of dated rules says what it is; models put it last into their `__table_args__`."""

from typing import Any, NamedTuple


class Law(NamedTuple):
    """The title (Chinese) of a table of dated rows, and which of its rows only the last one holds.

    `one_per`: the columns that competing rows have in common; `by`: the column that makes one of them the last.
    `supersedes`: the column in which a row names the one that it corrects.
    """

    title: str
    one_per: tuple[str, ...] = ()
    by: str = "recorded_at"
    supersedes: str | None = None


def law(title: str, *one_per: str, by: str = "recorded_at", supersedes: str | None = None) -> dict[str, Any]:
    """The table is one of law: `law("期限规则", "code", "valid_from", by="version")`."""
    return {"info": {"law": Law(title, one_per, by, supersedes)}}
