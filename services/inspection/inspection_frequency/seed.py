"""The first rows of the planner's rules; a bureau appends its own."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.inspection_frequency import repository
from services.inspection.inspection_frequency.codes import PlanningRule
from services.inspection.inspection_frequency.models import PlanningRuleRow
from shared.ids import uuid7

IN_FORCE_SINCE = date(2022, 3, 15)
FIRST_ROWS = (
    (PlanningRule.OFFICERS_A_VISIT, 2, "食品生产经营监督检查管理办法第二十三条", True),
    (PlanningRule.MONTHS_WITHOUT_GRADE, 4, "本地设定：没有评定的不当作低风险，与 D 级一年三次相同", False),
)


async def seed_planning_rules(session: AsyncSession) -> None:
    """Load a first row where a rule has none; idempotent."""
    known = {row.code for row in await repository.all_rules(session)}
    for code, value, source, verified in FIRST_ROWS:
        if code not in known:
            row = PlanningRuleRow(id=uuid7(), code=code, value=value, valid_from=IN_FORCE_SINCE, source=source)
            row.verified = verified
            session.add(row)
    await session.flush()
