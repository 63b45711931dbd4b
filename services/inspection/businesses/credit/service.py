"""Keeping the credit grade on the file of a business, for its readers and for risk grading.

The file's version does not change: nobody has written in it, and who is changing it need not read it again.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import get_business, get_survivor
from services.inspection.businesses.timeline.service import note
from shared.contracts.inspection import TimelineKind
from shared.contracts.scoring import CreditGradeChanged
from shared.times import start_of_day


async def take(session: AsyncSession, changed: CreditGradeChanged) -> None:
    """Let the file that goes on have the grade; the timeline tells also what was overtaken on the way here."""
    survivor = await get_survivor(session, changed.business_id)
    if survivor is not None:
        business = await get_business(session, survivor.id, for_update=True)
        assert business is not None
        business.take_credit(changed.grade, changed.as_of, changed.version, changed.reason)
        await session.flush()
    await note(
        session,
        kind=TimelineKind.CREDIT_GRADE_CHANGED,
        source=f"{changed.type}/{changed.business_id}/{changed.version}",
        business_id=changed.business_id,
        uscc=changed.uscc,
        summary=f"{changed.grade.label}（截至 {changed.as_of}）：{changed.reason}",
        details={"grade": changed.grade.value, "as_of": changed.as_of.isoformat()},
        happened_at=start_of_day(changed.as_of),
        link=f"/api/scoring/v1/credit-signals?business_id={changed.business_id}",
    )
