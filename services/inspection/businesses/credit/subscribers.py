"""What scoring tells of the credit of businesses."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.credit.service import take
from shared.contracts.scoring import CreditGradeChanged


async def on_credit_grade_changed(session: AsyncSession, changed: CreditGradeChanged) -> None:
    """A business has another credit grade."""
    await take(session, changed)
