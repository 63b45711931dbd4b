"""Entering inspectors on the roster, and where they may not go."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.random_draws.inspectors import repository
from services.inspection.random_draws.inspectors.models import DrawInspector, InspectorRecusal
from services.inspection.random_draws.inspectors.problems import InspectorEnteredElsewhere, UnknownInspector
from services.inspection.random_draws.inspectors.schemas import InspectorWrite, RecusalCreate
from services.inspection.random_draws.problems import refused
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import PreconditionRequired
from shared.regions.repository import is_within
from shared.regions.scope import ensure_in_scope
from shared.times import now


async def enter(
    session: AsyncSession, actor: Actor, user_id: UUID, body: InspectorWrite, version: int | None
) -> DrawInspector:
    """Enter an account on the roster, or put its entry right (with its version).

    Raises `OutsideRegion`, `InspectorEnteredElsewhere`, `PreconditionRequired`, `PreconditionFailed`.
    """
    await ensure_in_scope(session, actor, body.region_code)
    inspector = await repository.inspector_of_account(session, user_id, lock=True)
    values = body.model_dump(mode="json", exclude={"certificate_until"}) | {"certificate_until": body.certificate_until}
    if inspector is None:
        inspector = DrawInspector(user_id=user_id, version=1, recorded_by=actor.id, recorded_at=now(), **values)
        session.add(inspector)
        await session.flush()
        return inspector
    if not await is_within(session, inspector.region_code, actor.regions):
        raise InspectorEnteredElsewhere("请由原来登记他的机关先移出名录")
    if version is None:
        raise PreconditionRequired("他已在名录里，更正请带上 If-Match")
    ensure_version(inspector, version)
    for name, value in values.items():
        setattr(inspector, name, value)
    inspector.advance()
    await session.flush()
    return inspector


async def inspector_for(session: AsyncSession, actor: Actor, inspector_id: UUID) -> DrawInspector:
    """Raises `UnknownInspector`."""
    inspector = await repository.visible_inspector(session, inspector_id, actor)
    if inspector is None:
        raise UnknownInspector("请核对编号；只能查看辖区内的")
    return inspector


async def recuse(session: AsyncSession, actor: Actor, inspector_id: UUID, body: RecusalCreate) -> InspectorRecusal:
    """He may not go there, from the next freeze on. Raises `UnknownInspector`, `InvalidRequest`."""
    inspector = await inspector_for(session, actor, inspector_id)
    business = await session.get(Business, body.business_id)
    if business is None or not await is_within(session, business.region_code, actor.regions):
        raise refused("/business_id", "辖区内没有这个主体，请核对编号", "unknown_business")
    recusal = InspectorRecusal(inspector_id=inspector.id, recorded_by=actor.id, recorded_at=now(), **body.model_dump())
    session.add(recusal)
    await session.flush()
    return recusal
