"""What a ticket says and what becomes of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.traceability.units.goods import Amount

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far a terminal's clock may be ahead."""


class TicketKind(StrEnum):
    SALE = "sale"
    RETAIL = "retail"
    PURCHASE = "purchase"

    @property
    def label(self) -> str:
        return {"sale": "批发销售", "retail": "零售", "purchase": "向未入网供货者进货"}[self]


class TicketState(StrEnum):
    ISSUED = "issued"
    RECEIVED = "received"
    VOIDED = "voided"

    @property
    def label(self) -> str:
        return {"issued": "已开票，待收货", "received": "已收货", "voided": "已作废"}[self]


class TicketChannel(StrEnum):
    """How a ticket came about; all but `file` are paperless from the first moment."""

    HAND = "hand"
    SCAN = "scan"
    SCALE = "scale"
    FILE = "file"

    @property
    def label(self) -> str:
        return {"hand": "手工录入", "scan": "扫码", "scale": "电子秤", "file": "文件上传"}[self]


class GoodsCategory(StrEnum):
    """What kind of goods a line is, as far as the law treats them differently."""

    AGRICULTURAL = "agricultural"
    MEAT = "meat"
    FOOD = "food"
    ADDITIVE = "additive"
    FOOD_PRODUCT = "food_related_product"
    FARM_INPUT = "farm_input"
    BY_PRODUCT = "by_product"

    @property
    def label(self) -> str:
        return {
            "agricultural": "食用农产品",
            "meat": "畜禽肉",
            "food": "食品",
            "additive": "食品添加剂",
            "food_related_product": "食品相关产品",
            "farm_input": "农业投入品",
            "by_product": "副产品、边角料",
        }[self]

    @property
    def has_legal_record(self) -> bool:
        """Whether the food law asks for a record of its purchase and sale."""
        return self not in (GoodsCategory.FARM_INPUT, GoodsCategory.BY_PRODUCT)

    @property
    def is_agricultural(self) -> bool:
        return self in (GoodsCategory.AGRICULTURAL, GoodsCategory.MEAT)


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that did not arrive as it was sold. None: nothing is said of it there."""

    line: int
    sold: Amount | None
    received: Amount | None


def differences(sold: Mapping[int, Amount], received: Mapping[int, Amount]) -> list[Difference]:
    """Where the buyer's count is another than the seller's; both stay as they were written."""
    return [
        Difference(line, sold.get(line), received.get(line))
        for line in sorted(sold.keys() | received.keys())
        if sold.get(line) != received.get(line)
    ]


def arrived(sold: Mapping[int, Amount], received: Mapping[int, Amount] | None) -> dict[int, Amount]:
    """What came to the buyer, line by line: all that was sold, unless he counted. Lines that are not on the ticket
    came from somewhere else and are not taken in by it.
    """
    if received is None:
        return dict(sold)
    return {line: received[line] for line in sorted(sold.keys() & received.keys()) if received[line].quantity > 0}


def first_claim(claims: Sequence[tuple[str, UUID]], named: UUID | None) -> UUID | None:
    """Whose receipt a ticket gets of those that came before it: the named buyer's; else the earliest (moment as text
    that sorts, buyer).
    """
    if named is not None:
        return named if any(buyer == named for _, buyer in claims) else None
    return min(claims)[1] if claims else None


def expiry(produced_on: date | None, shelf_life_days: int | None, expires_on: date | None) -> date | None:
    """The day until which goods keep: as printed, else reckoned from when they were made."""
    if expires_on is not None:
        return expires_on
    if produced_on is not None and shelf_life_days is not None:
        return produced_on + timedelta(days=shelf_life_days)
    return None


def in_words(amount: Amount | None) -> str:
    return "没有" if amount is None else f"{format(amount.quantity.normalize(), 'f')}{amount.unit}"
