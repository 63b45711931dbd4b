"""不予复检的微生物项目: read by all who deal with it, kept by the bureau."""

from typing import Annotated

from fastapi import Depends, Response

from services.sampling.no_retest_items.models import NoRetestItem
from services.sampling.no_retest_items.schemas import NoRetestItemCreate, NoRetestItemRead
from shared.contracts.codes import Role
from shared.database import Session
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor, AnyActor
from shared.http.idempotency import Idempotent
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules

CanKeepNoRetestItems = Annotated[Actor, Depends(keeper_of_common_rules(Role.LEADER, Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1", tag="复检")


@router.get("/no-retest-items")
async def list_no_retest_items(_: AnyActor, session: Session) -> list[NoRetestItemRead]:
    """不予复检的微生物项目，每个名称最近的在前。以 CFU、MPN、每 25 g（ml）计的，不论名称都算微生物。"""
    return [NoRetestItemRead.model_validate(row) for row in await history(session, NoRetestItem)]


@router.post("/no-retest-items", status_code=201)
async def add_no_retest_item(
    body: NoRetestItemCreate, actor: CanKeepNoRetestItems, session: Session, response: Response, _: Idempotent
) -> NoRetestItemRead:
    """自某日起某个项目算（或不再算）不予复检的微生物项目。"""
    row = await state_rule(session, NoRetestItem(**body.model_dump()), actor)
    response.headers["Location"] = "/v1/no-retest-items"
    return NoRetestItemRead.model_validate(row)
