"""抽样日期的下限: read by who enters forms, set by the bureau."""

from typing import Annotated

from fastapi import Depends, Response

from services.sampling.sampling_day_bounds.models import SamplingDayBound
from services.sampling.sampling_day_bounds.schemas import SamplingDayBoundCreate, SamplingDayBoundRead
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules

CanReadBounds = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.SAMPLER))]
CanSetBounds = Annotated[Actor, Depends(keeper_of_common_rules(Role.LEADER, Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1", tag="样品与抽样单")


@router.get("/sampling-day-bounds")
async def list_sampling_day_bounds(_: CanReadBounds, session: Session) -> list[SamplingDayBoundRead]:
    """录入抽样单，抽样日期最早到几年前；最近的在前，只增不改。"""
    return [SamplingDayBoundRead.model_validate(row) for row in await history(session, SamplingDayBound)]


@router.post("/sampling-day-bounds", status_code=201)
async def add_sampling_day_bound(
    body: SamplingDayBoundCreate, actor: CanSetBounds, session: Session, response: Response, _: Idempotent
) -> SamplingDayBoundRead:
    """自某日起改变抽样日期的下限；已收下的抽样单不受影响。"""
    row = await state_rule(session, SamplingDayBound(**body.model_dump()), actor)
    response.headers["Location"] = "/v1/sampling-day-bounds"
    return SamplingDayBoundRead.model_validate(row)
