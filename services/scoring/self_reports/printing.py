"""How a reading is printed in a sentence, with its unit and with what a document leaves open. Pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from services.scoring.indicators.approximations import FARTHEST
from shared.contracts.evaluations import ReadingState

KNOWN = frozenset({ReadingState.VALUE, ReadingState.ZERO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A quoted number as it was read. `value` is the number that is named; from `low` to `high` it may truly lie."""

    label: str
    state: ReadingState
    unit: str
    service: str
    reference: str
    period: str
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    decimals: int | None = None
    as_of: datetime | None = None
    source: str = ""
    rows: str | None = None
    reason: str = ""

    @property
    def is_known(self) -> bool:
        return self.state in KNOWN and self.value is not None

    @property
    def said(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """What two quotations of one quantity are compared by."""
        return self.value, self.low, self.high


def printed(read: Read) -> str:
    """`5302批次`, `4.5批次以上`, `1000余万元`, `约2500亩`; what is not known says so in place of the number."""
    if not read.is_known or read.value is None:
        return f"（{read.state.label}）"
    number = _number(read.value, read.decimals)
    if read.low is None or read.low == read.high:
        return f"{number}{read.unit}"
    if read.high == FARTHEST:
        return f"{number}{read.unit}以上"
    if read.low == -FARTHEST:
        return f"{number}{read.unit}以下"
    if read.low == read.value:
        return f"{number}余{read.unit}"
    return f"{'近' if read.high == read.value else '约'}{number}{read.unit}"


def _number(value: Decimal, decimals: int | None) -> str:
    if decimals is None:
        return format(value.normalize(), "f")
    return format(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN), "f")
