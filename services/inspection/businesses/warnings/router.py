"""Routes of warnings: permits and health certificates near or past their last day."""

from typing import Annotated

from fastapi import Depends, Query

from services.inspection.businesses.warnings import repository, service
from services.inspection.businesses.warnings.repository import WarningFilter
from services.inspection.businesses.warnings.rules import Expiring, WarningState
from services.inspection.businesses.warnings.schemas import LicenceWarning, WarningLengthRead, WarningLengthUpdate
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules
from shared.times import day_of, now

router = Router(tag="证照到期提醒")

CanReadWarnings = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]
CanDecideLengths = Annotated[Actor, Depends(keeper_of_common_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]


@router.get("/v1/licence-warnings", summary="快到期与已过期的许可证、登记备案凭证和健康证明，过期最久的在前")
async def list_licence_warnings(
    session: Session,
    actor: CanReadWarnings,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    kind: Expiring | None = None,
    state: WarningState | None = None,
) -> Page[LicenceWarning]:
    wanted = WarningFilter(region_code=region, kind=kind, state=state)
    rows, next_cursor = await repository.list_warnings(session, actor, day_of(now()), wanted, page)
    return Page(items=[LicenceWarning.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/v1/expiry-warning-lengths", summary="各类证照到期前多少天开始提醒")
async def list_expiry_warning_lengths(session: Session, _: CanReadWarnings) -> list[WarningLengthRead]:
    return [WarningLengthRead.model_validate(row) for row in await repository.lengths(session)]


@router.put("/v1/expiry-warning-lengths/{kind}", summary="改定到期前多少天开始提醒")
async def put_expiry_warning_length(
    session: Session, actor: CanDecideLengths, kind: Expiring, body: WarningLengthUpdate
) -> WarningLengthRead:
    return WarningLengthRead.model_validate(await service.decide_length(session, actor, kind, body))
