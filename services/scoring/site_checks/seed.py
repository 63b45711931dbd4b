"""The shipped numbers of towns, as a province's method of acceptance states them; its text was not read."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.site_checks.content import VisitKind
from services.scoring.site_checks.models import SiteTownRule
from shared.dated_rules.repository import seed_rules

SHIPPED = {VisitKind.OPEN: (2, 3, 0), VisitKind.HIDDEN: (0, 1, 4)}
"""明查 at least two thirds of all towns, 暗访 at least four towns."""


async def seed_site_town_rules(session: AsyncSession) -> None:
    """Load the shipped numbers; idempotent."""
    rows = [
        {"kind": kind, "numerator": numerator, "denominator": denominator, "at_least": at_least}
        for kind, (numerator, denominator, at_least) in SHIPPED.items()
    ]
    source = "广东省食品安全示范城市验收方案（粤食药安办〔2022〕23号），据报道转引"
    await seed_rules(session, SiteTownRule, rows, valid_from=date(2022, 1, 1), source=source, verified=False)
