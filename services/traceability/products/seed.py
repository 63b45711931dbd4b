"""The shipped chains: our own proposal after the public descriptions of such platforms, unverified."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.products.models import ChainTemplate
from services.traceability.products.rules import StepKind
from shared.dated_rules.repository import seed_rules

SINCE = date(2000, 1, 1)
SOURCE = "本平台按公开介绍拟定，没有法规或标准逐项规定，请按本地“一品一链”要求核定"


def _step(kind: StepKind, *fields: str) -> dict[str, Any]:
    return {"step": kind.value, "label": kind.label, "fields": list(fields)}


_SOLD = _step(StepKind.SALE, "party_name", "lot_code")
_BOUGHT = _step(StepKind.PURCHASE, "party_name", "lot_code")

SHIPPED: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "pork": (
        "猪肉：产地—屠宰—批发—市场",
        [
            _step(StepKind.QUARANTINE, "number"),
            _step(StepKind.SLAUGHTER, "lot_code"),
            _step(StepKind.MEAT_INSPECTION, "number"),
            _SOLD,
        ],
    ),
    "beef": (
        "牛肉：产地—屠宰—批发—市场",
        [
            _step(StepKind.QUARANTINE, "number"),
            _step(StepKind.SLAUGHTER, "lot_code"),
            _step(StepKind.MEAT_INSPECTION, "number"),
            _SOLD,
        ],
    ),
    "fruit": ("水果：产地—批发—市场", [_step(StepKind.CERTIFICATE, "number", "origin"), _BOUGHT, _SOLD]),
    "vegetable": ("蔬菜：产地—批发—市场", [_step(StepKind.CERTIFICATE, "number", "origin"), _BOUGHT, _SOLD]),
    "aquatic": ("养殖水产品：产地—批发—市场", [_step(StepKind.CERTIFICATE, "number", "origin"), _BOUGHT, _SOLD]),
    "cooked_food": (
        "熟食：原料—投料—出厂检验—销售",
        [_BOUGHT, _step(StepKind.FEEDING, "lot_code"), _step(StepKind.RELEASE, "number"), _SOLD],
    ),
    "wet_rice_noodle": (
        "湿米粉：原料—投料—出厂检验—销售",
        [_BOUGHT, _step(StepKind.FEEDING, "lot_code"), _step(StepKind.RELEASE, "number"), _SOLD],
    ),
    "imported_cold_chain": (
        "进口冷链食品：首站赋码—贮存运输—销售",
        [_step(StepKind.COLD_CHAIN, "value"), _BOUGHT, _SOLD],
    ),
}


async def seed_chains(session: AsyncSession) -> None:
    rows = [{"code": code, "name": name, "steps": steps} for code, (name, steps) in SHIPPED.items()]
    await seed_rules(session, ChainTemplate, rows, valid_from=SINCE, source=SOURCE, verified=False)
