"""Legal records over HTTP: the rules, the score of each shop, the gaps behind it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from services.traceability.record_checks import repository
from services.traceability.record_checks.models import RecordCheck, RecordRule
from services.traceability.record_checks.rules import FIELDS
from services.traceability.record_checks.schemas import (
    FieldRead,
    RecordGapRead,
    RecordRuleCreate,
    RecordRuleRead,
    RecordScoreRead,
)
from services.traceability.subjects.router import CanReadChains
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="法定记录")


@router.get("/record-rules")
async def list_record_rules(_: CanReadChains, session: Session) -> list[RecordRuleRead]:
    """法定记录要有哪些内容、保存多久，连同出处和历次更正，每种最近的在前。"""
    return [_rule(rule) for rule in await history(session, RecordRule)]


@router.post("/record-rules", status_code=201)
async def state_record_rule(
    body: RecordRuleCreate, actor: CanStateRules, session: Session, _: Idempotent
) -> RecordRuleRead:
    """核定一种法定记录的内容与保存期限，自某日起用；已有的记录不变。"""
    return _rule(await state_rule(session, RecordRule(**body.model_dump()), actor))


@router.get("/record-scores")
async def list_record_scores(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    business_id: Annotated[UUID | None, Query(description="哪个主体")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    since: Annotated[date | None, Query(description="记录日期不早于")] = None,
    until: Annotated[date | None, Query(description="记录日期不晚于")] = None,
) -> Page[RecordScoreRead]:
    """每家的记录完整率：应填多少项、缺多少项。"""
    rows, following = await repository.list_scores(
        session, actor, page, business_id=business_id, region_code=region, since=since, until=until
    )
    return Page(items=[_score(row) for row in rows], next_cursor=following)


@router.get("/record-gaps")
async def list_record_gaps(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    business_id: Annotated[UUID, Query(description="哪个主体")],
) -> Page[RecordGapRead]:
    """一家的缺项：哪张票、哪一行、缺什么。"""
    found, following = await repository.list_gaps(session, actor, business_id, page)
    return Page(items=[_gap(check) for check in found], next_cursor=following)


def _fields(names: list[str]) -> list[FieldRead]:
    return [FieldRead(name=name, label=FIELDS.get(name, name)) for name in names]


def _rule(rule: RecordRule) -> RecordRuleRead:
    said = {name: getattr(rule, name) for name in RecordRuleRead.model_fields if name not in ("label", "fields")}
    return RecordRuleRead(**said, label=rule.kind.label, fields=_fields(rule.fields))


def _score(row: Any) -> RecordScoreRead:
    share = Decimal(100) * (row.required - row.missing) / row.required
    return RecordScoreRead(**row._asdict(), score=share.quantize(Decimal("0.1")))


def _gap(check: RecordCheck) -> RecordGapRead:
    said = {name: getattr(check, name) for name in RecordGapRead.model_fields if name != "missing"}
    return RecordGapRead(**said, missing=_fields(check.missing))
