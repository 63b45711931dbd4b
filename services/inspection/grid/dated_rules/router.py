"""Routes of dated rules (清单、学时、奖励、包保、食安办标准)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.inspection.grid.dated_rules import repository, service
from services.inspection.grid.dated_rules.contents import Code, Subject
from services.inspection.grid.dated_rules.schemas import DatedRuleCreate, DatedRuleRead
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_rules

CanReadRules = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]
CanWriteRules = Annotated[Actor, Depends(keeper_of_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]

router = Router(prefix="/v1/dated-rules", tag="网格规则")


@router.get("")
async def list_dated_rules(
    session: Session,
    actor: CanReadRules,
    page: PageParameters,
    subject: Annotated[Subject | None, Query(description="哪一类规则")] = None,
    code: Annotated[Code | None, Query(description="规则代码")] = None,
    on: Annotated[date | None, Query(description="只列这一天在适用期内的")] = None,
) -> Page[DatedRuleRead]:
    """清单、学时、奖励标准等规则的各版。"""
    rows, following = await repository.list_rules(session, actor, page, subject=subject, code=code, on=on)
    return Page(items=[DatedRuleRead.model_validate(row) for row in rows], next_cursor=following)


@router.get("/{rule_id}")
async def read_dated_rule(session: Session, actor: CanReadRules, rule_id: UUID) -> DatedRuleRead:
    """一条规则的一版。"""
    return DatedRuleRead.model_validate(await service.read_rule(session, rule_id))


@router.post("", status_code=201)
async def write_dated_rule(
    session: Session, actor: CanWriteRules, _: Idempotent, body: DatedRuleCreate
) -> DatedRuleRead:
    """登记或更正规则：另起一版，已办的记录不变。"""
    return DatedRuleRead.model_validate(await service.write_rule(session, actor, body))
