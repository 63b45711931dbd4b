"""The shipped bands of yields: our own proposal, unverified until a bureau adopts or corrects them."""

from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.productions.models import YieldBand
from shared.dated_rules.repository import seed_rules

SINCE = date(2000, 1, 1)
SOURCE = "本平台拟定，没有法规或标准规定，请按本地工艺核定"

SHIPPED = {
    "pork_slaughter": ("生猪屠宰（活重到白条）", Decimal(65), Decimal(82)),
    "beef_slaughter": ("牛屠宰（活重到胴体）", Decimal(45), Decimal(65)),
    "cooked_meat": ("熟食卤制（生重到熟重）", Decimal(50), Decimal(95)),
    "": ("其余各种", Decimal(20), Decimal(105)),
    "wet_rice_noodle": ("湿米粉（米到粉）", Decimal(150), Decimal(320)),
}


async def seed_yield_bands(session: AsyncSession) -> None:
    rows = [
        {"process": process, "name": name, "least": least, "most": most}
        for process, (name, least, most) in SHIPPED.items()
    ]
    await seed_rules(session, YieldBand, rows, product_key="", valid_from=SINCE, source=SOURCE, verified=False)
