"""The shipped registry: the Chinese profiles of which we know, none read in its own text yet."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.code_grammars.models import CodeGrammar
from services.traceability.identifiers.grammars import Check
from shared.dated_rules.repository import seed_rules

_UNREAD = "只知道有这项标准，编码结构尚未与原文核对，暂不解读"

SHIPPED: list[dict[str, Any]] = [
    {
        "code": "sbt_10680",
        "name": "肉类蔬菜流通追溯码（SB/T 10680-2012）",
        "parts": [
            {"name": "operator", "label": "经营者主体码", "characters": "digits", "least": 13, "most": 13},
            {"name": "batch", "label": "交易批次码", "characters": "digits", "least": 7, "most": 7},
        ],
        "valid_from": date(2012, 1, 1),
        "source": "通行说法（13 位主体码 + 7 位批次码），尚未与 SB/T 10680-2012 原文核对",
    },
    {
        "code": "gbt_40204",
        "name": "追溯二维码（GB/T 40204-2021）",
        "parts": [],
        "valid_from": date(2021, 12, 1),
        "source": _UNREAD,
    },
    {
        "code": "gbt_33993",
        "name": "商品二维码（GB/T 33993-2017）",
        "parts": [],
        "valid_from": date(2017, 1, 1),
        "source": _UNREAD,
    },
    {"code": "zhepinma", "name": "浙品码", "parts": [], "valid_from": date(2021, 1, 1), "source": _UNREAD},
]


async def seed_grammars(session: AsyncSession) -> None:
    await seed_rules(session, CodeGrammar, SHIPPED, check_character=Check.NONE, verified=False)
