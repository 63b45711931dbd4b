"""Rules that hold from a day on: what every row says beside its content, and how a table of them is declared."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.ids import uuid7
from shared.unverified_rules.law import law


class DatedRule:
    """A rule from a day on. Rows are only added: of those of one key the latest day counts, and of that the last word.

    `recorded_by` is null for what was shipped. `verified` says whether somebody has read the source.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    valid_from: Mapped[date]
    source: Mapped[str]
    verified: Mapped[bool]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


def dated(title: str, *key: str) -> tuple[UniqueConstraint, dict[str, Any]]:
    """The table is one of dated rules: `__table_args__ = (…, *dated("出品率的通常范围", "process"))`.

    `title`: what the list of unread law calls it. `key`: the columns that competing rows have in common.
    """
    return UniqueConstraint(*key, "valid_from", "recorded_at"), law(title, *key, "valid_from")
