"""The shipped rules: 食品安全法 (2021-04-29), articles 50, 51, 53 and 65."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.record_checks.models import RecordRule
from services.traceability.record_checks.rules import RecordKind
from shared.dated_rules.repository import seed_rules

SINCE = date(2015, 10, 1)
"""The day on which the revised law came into force; these articles have not changed since."""

_LAW = "中华人民共和国食品安全法（2021-04-29 修正）"
_PARTY = ["party_name", "party_address", "party_contact"]
_FOOD = ["product_name", "specification", "quantity", "batch", "shelf_life", "at", *_PARTY]

SHIPPED: list[dict[str, Any]] = [
    {
        "kind": RecordKind.PURCHASE,
        "fields": _FOOD,
        "months_after_expiry": 6,
        "months_without_expiry": 24,
        "article": "第五十三条",
        "source": _LAW,
        "verified": True,
    },
    {
        "kind": RecordKind.SALE_WHOLESALE,
        "fields": _FOOD,
        "months_after_expiry": 6,
        "months_without_expiry": 24,
        "article": "第五十三条",
        "source": _LAW,
        "verified": True,
    },
    {
        "kind": RecordKind.PURCHASE_INGREDIENTS,
        "fields": _FOOD,
        "months_after_expiry": 6,
        "months_without_expiry": 24,
        "article": "第五十条",
        "source": f"{_LAW}；保存期限已核对，记录内容未逐字核对",
        "verified": False,
    },
    {
        "kind": RecordKind.RELEASE,
        "fields": [
            *("product_name", "specification", "quantity", "batch", "shelf_life", "certificate_number", "at"),
            *_PARTY,
        ],
        "months_after_expiry": 6,
        "months_without_expiry": 24,
        "article": "第五十一条",
        "source": f"{_LAW}；保存期限已核对，记录内容未逐字核对",
        "verified": False,
    },
    {
        "kind": RecordKind.PURCHASE_AGRICULTURAL,
        "fields": ["product_name", "quantity", "at", *_PARTY],
        "months_after_expiry": None,
        "months_without_expiry": 6,
        "article": "第六十五条",
        "source": f"{_LAW}；保存期限已核对，记录内容未逐字核对",
        "verified": False,
    },
]


async def seed_record_rules(session: AsyncSession) -> None:
    await seed_rules(session, RecordRule, SHIPPED, valid_from=SINCE)
