"""What the law wants written down of a purchase, a wholesale sale or a release, and for how long it is kept. Pure."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID


class RecordKind(StrEnum):
    PURCHASE = "purchase"
    PURCHASE_AGRICULTURAL = "purchase_agricultural"
    PURCHASE_INGREDIENTS = "purchase_ingredients"
    SALE_WHOLESALE = "sale_wholesale"
    RELEASE = "release"

    @property
    def label(self) -> str:
        return {
            "purchase": "食品进货查验记录",
            "purchase_agricultural": "食用农产品进货查验记录",
            "purchase_ingredients": "食品原料进货查验记录",
            "sale_wholesale": "食品批发销售记录",
            "release": "食品出厂检验记录",
        }[self]


FIELDS: Mapping[str, str] = {
    "product_name": "名称",
    "specification": "规格",
    "quantity": "数量",
    "batch": "生产日期或者生产批号",
    "shelf_life": "保质期",
    "at": "进货（销售）日期",
    "party_name": "供货者（购货者）名称",
    "party_address": "供货者（购货者）地址",
    "party_contact": "供货者（购货者）联系方式",
    "certificate_number": "检验合格证号",
}
"""The fields that a rule may ask for, and what people call them."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of an act, as far as it is a record that the law asks for. `said` is by the names of `FIELDS`."""

    act_id: UUID
    line: int
    business_id: UUID
    region_code: str
    kind: RecordKind
    day: date
    said: Mapping[str, Any]
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Retention:
    """Months that a record is kept: from the end of its goods' shelf life, and from its day where there is none."""

    months_after_expiry: int | None
    months_without_expiry: int


def missing(fields: Sequence[str], said: Mapping[str, Any]) -> list[str]:
    """Which of the fields nothing is said of."""
    return [name for name in fields if said.get(name) in (None, "")]


def keep_until(day: date, expires_on: date | None, retention: Retention) -> date:
    """The last day on which the record must be there."""
    if retention.months_after_expiry is not None and expires_on is not None:
        return months_later(max(day, expires_on), retention.months_after_expiry)
    return months_later(day, retention.months_without_expiry)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
