"""Entering inspections that were made on paper, so that the share made on terminals is told of all of them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import get_business
from services.inspection.businesses.timeline.service import tell
from services.inspection.figures.terminal_use import count_on_paper
from services.inspection.grid.cells.problems import wrong
from services.inspection.paper_checks import repository
from services.inspection.paper_checks.models import PaperCheck
from services.inspection.paper_checks.problems import PaperCheckEntered, UnknownPaperCheck
from services.inspection.paper_checks.schemas import PaperCheckCreate
from shared.contracts.inspection import TimelineKind
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now, start_of_day


async def enter(session: AsyncSession, actor: Actor, body: PaperCheckCreate) -> PaperCheck:
    """Enter an inspection from its paper record. Raises `OutsideRegion`, `InvalidRequest`, `PaperCheckEntered`."""
    await ensure_in_scope(session, actor, body.region_code)
    if body.checked_on > day_of(now()):
        raise wrong("/checked_on", f"{body.checked_on} 在今天以后，请在检查以后登记", "date")
    place = body.place
    if body.business_id is not None:
        business = await get_business(session, body.business_id)
        if business is None or business.region_code != body.region_code:
            raise wrong("/business_id", "这个区划的一户一档里没有这个主体，请核对编号和区划", "business")
        place = business.name
    await repository.lock_number(session, body.region_code, body.document_number)
    if await repository.standing_check(session, body.region_code, body.document_number) is not None:
        raise PaperCheckEntered(f"笔录 {body.document_number} 已经登记；登记错的请先撤销")
    check = PaperCheck(
        id=uuid7(),
        version=1,
        recorded_by=actor.id,
        recorded_by_name=actor.name,
        withdrawal_reason="",
        **dict(body) | {"place": place},
    )
    session.add(check)
    await session.flush()
    await count_on_paper(session, check)
    await tell(
        session,
        kind=TimelineKind.INSPECTED,
        source=f"paper_check/{check.id}",
        business_id=check.business_id,
        summary=f"{check.kind.label}（纸质笔录 {check.document_number}）",
        details={"paper_check_id": str(check.id)},
        happened_at=start_of_day(check.checked_on),
        link=f"/v1/paper-checks/{check.id}",
        actor_id=actor.id,
    )
    await session.refresh(check)
    return check


async def check_for(session: AsyncSession, check_id: UUID, actor: Actor, *, lock: bool = False) -> PaperCheck:
    """One paper check. Raises `UnknownPaperCheck`, also for one of another region."""
    check = await repository.visible_check(session, check_id, actor, lock=lock)
    if check is None:
        raise UnknownPaperCheck("请核对编号；只能查看、办理辖区内的")
    return check


async def withdraw(session: AsyncSession, actor: Actor, check_id: UUID, reason: str, expected: int) -> PaperCheck:
    """It should not have been entered. Raises `PaperCheckWithdrawn` the second time."""
    check = await check_for(session, check_id, actor, lock=True)
    ensure_version(check, expected)
    check.withdraw(reason)
    await session.flush()
    await count_on_paper(session, check)
    await tell(
        session,
        kind=TimelineKind.INSPECTED,
        source=f"paper_check/{check.id}/withdrawn",
        business_id=check.business_id,
        summary=f"撤销登记：{check.kind.label}（纸质笔录 {check.document_number}），{reason}",
        details={"paper_check_id": str(check.id)},
        happened_at=now(),
        link=f"/v1/paper-checks/{check.id}",
        actor_id=actor.id,
    )
    return check
