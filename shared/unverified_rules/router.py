"""The list of law that nobody has read yet, for the bureau that is to read it."""

from typing import Annotated

from fastapi import Depends, Request

from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.routing import Router
from shared.times import day_of, now
from shared.unverified_rules import repository
from shared.unverified_rules.schemas import UnverifiedRules

CanReadUnverified = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]

router = Router(tag="法规数据")


@router.get("/v1/unverified-rules", summary="尚未与原文核对的规则，连同出处")
async def list_unverified_rules(_: CanReadUnverified, session: Session, request: Request) -> list[UnverifiedRules]:
    today = day_of(now())
    tables = repository.tables_of(request.app.state.service.metadata)
    found = [await repository.unverified_of(session, table, today) for table in tables]
    return [rules for rules in found if rules.count]
