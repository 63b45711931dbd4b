"""The shipped lines of the headline measures, as plans of cities quote them; the text itself was not read."""

from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.surveys.content import Measure
from services.scoring.surveys.models import SurveyLine
from shared.dated_rules.repository import seed_rules

SHIPPED = {Measure.SATISFACTION: "0.70", Measure.AWARENESS: "0.75", Measure.SUPPORT: "0.85"}


async def seed_survey_lines(session: AsyncSession) -> None:
    """Load the shipped lines; idempotent."""
    rows = [{"measure": measure, "at_least": Decimal(line)} for measure, line in SHIPPED.items()]
    source = "国家食品安全示范城市评价细则（2021版），据各地方案转引"
    await seed_rules(session, SurveyLine, rows, valid_from=date(2021, 1, 1), source=source, verified=False)
