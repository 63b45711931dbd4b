"""What a printed document is made of, whatever file it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, in which marks (`shared.documents.marks`) may stand.

    `size` in points; `indent` in characters of the first line; `before`: empty lines above it. `level` makes it a
    heading of the document's outline; `sans` sets it in the typeface of headings.
    """

    text: str
    size: float = 16
    align: Literal["L", "C", "R"] = "L"
    indent: int = 0
    before: float = 0
    sans: bool = False
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head that is repeated on every page; `shares`: how wide the columns are against each other.

    Columns named in `numbers` (by index) stand to the right.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    size: float = 10.5
    numbers: frozenset[int] = frozenset()


Block = Text | Table
