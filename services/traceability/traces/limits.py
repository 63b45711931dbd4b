"""The numbers by which traces are judged: their names and units. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum


class Limit(StrEnum):
    """Numbers that decide what a trace finds, each dated and to be corrected by the bureau."""

    WASTAGE_HIGH = "wastage_high"
    TOLERANCE = "balance_tolerance"
    RECEIPT = "receipt_hours"
    SPEED = "travel_speed"
    DISTANCE = "travel_distance"

    @property
    def label(self) -> str:
        return _LIMITS[self][0]

    @property
    def unit(self) -> str:
        return _LIMITS[self][1]


_LIMITS = {
    Limit.WASTAGE_HIGH: ("登记的损耗、销毁占购进多少以上即可疑", "比"),
    Limit.TOLERANCE: ("卖出多于购进，相差不到多少不计", "比"),
    Limit.RECEIPT: ("发货后多少小时没有登记收货即为断链", "h"),
    Limit.SPEED: ("同一件货物两地之间快过每小时多少公里即可疑", "km/h"),
    Limit.DISTANCE: ("相距不到多少公里不计", "km"),
}


class Limits:
    """The limits in force: a product's own before the one for all."""

    def __init__(self, rows: Mapping[tuple[str, str], Decimal]) -> None:
        self._rows = rows

    def of(self, name: Limit, product_key: str | None = None) -> Decimal:
        own = self._rows.get((name, product_key)) if product_key else None
        return self._rows[name, ""] if own is None else own
