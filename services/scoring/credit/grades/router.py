"""信用账户 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.scoring.credit.grades import repository, service
from services.scoring.credit.grades.models import CreditGradeRule
from services.scoring.credit.grades.schemas import (
    CreditAccountCreate,
    CreditAccountRead,
    CreditEntryCreate,
    CreditEntryEnd,
    CreditEntryRead,
    CreditGradeRuleCreate,
    CreditGradeRuleRead,
    CreditGradingCreate,
    CreditGradingRead,
)
from services.scoring.credit.schemas import SignalRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.scoring import CreditGrade
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.jobs.schemas import JobRead

router = Router(prefix="/v1", tag="信用分级")

CanReadCredit = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.REVIEWER, Role.BUSINESS, Role.EXTERNAL_SYSTEM))]
CanEnterFacts = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]
CanDecideCredit = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]


@router.get("/credit-grade-rules")
async def list_credit_grade_rules(_: CanReadCredit, session: Session) -> list[CreditGradeRuleRead]:
    """信用风险分级办法的各版，最近的在前；只增不改。"""
    return [CreditGradeRuleRead.model_validate(row) for row in await history(session, CreditGradeRule)]


@router.post("/credit-grade-rules", status_code=201)
async def state_credit_grade_rule(
    body: CreditGradeRuleCreate, actor: CanStateRules, session: Session, response: Response, _: Idempotent
) -> CreditGradeRuleRead:
    """自某日起适用的办法；已评的等级到重新分级时才变。"""
    values = body.model_dump() | {"content": body.content.model_dump(mode="json")}
    row = await state_rule(session, CreditGradeRule(**values), actor)
    response.headers["Location"] = "/v1/credit-grade-rules"
    return CreditGradeRuleRead.model_validate(row)


@router.get("/credit-accounts")
async def list_credit_accounts(
    session: Session,
    actor: CanReadCredit,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    grade: Annotated[CreditGrade | None, Query(description="只列这一级")] = None,
) -> Page[CreditAccountRead]:
    """各主体的信用等级。"""
    rows, cursor = await repository.list_accounts(session, actor, page, region=region, grade=grade)
    return Page(items=[CreditAccountRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/credit-accounts", status_code=201)
async def open_credit_account(
    body: CreditAccountCreate, actor: CanEnterFacts, session: Session, response: Response, _: Idempotent
) -> CreditAccountRead:
    """给还没有记录的主体开户；有信用信号的主体自动开户。"""
    account = await service.open_account(session, body, actor)
    set_etag(response, account)
    response.headers["Location"] = f"/v1/credit-accounts/{account.business_id}"
    return CreditAccountRead.model_validate(account)


@router.get("/credit-accounts/{business_id}")
async def read_credit_account(
    session: Session, actor: CanReadCredit, business_id: UUID, response: Response
) -> CreditAccountRead:
    """一个主体的等级、分数和怎样算出来的。"""
    account = await service.read_account(session, actor, business_id)
    set_etag(response, account)
    return CreditAccountRead.model_validate(account)


@router.get("/credit-accounts/{business_id}/gradings")
async def list_credit_gradings(session: Session, actor: CanReadCredit, business_id: UUID) -> list[CreditGradingRead]:
    """历次等级，最近的在前；并入过来的主体的也在内。"""
    account = await service.read_account(session, actor, business_id)
    rows = await repository.gradings_of(session, await service.businesses_of(session, account))
    return [CreditGradingRead.model_validate(row) for row in rows]


@router.get("/credit-accounts/{business_id}/entries")
async def list_credit_entries(session: Session, actor: CanReadCredit, business_id: UUID) -> list[CreditEntryRead]:
    """登记过的记录，含已停止计入的；并入过来的主体的也在内。"""
    account = await service.read_account(session, actor, business_id)
    rows = await repository.entries_of(session, await service.businesses_of(session, account))
    return [CreditEntryRead.model_validate(row) for row in rows]


@router.get("/credit-accounts/{business_id}/signals")
async def list_signals_of_account(session: Session, actor: CanReadCredit, business_id: UUID) -> list[SignalRead]:
    """信用信号，含待核实和不属实的，最近的在前；并入过来的主体的也在内。"""
    account = await service.read_account(session, actor, business_id)
    rows = await repository.signals_of(session, await service.businesses_of(session, account))
    return [SignalRead.model_validate(row) for row in rows]


@router.post("/credit-accounts/{business_id}/entries", status_code=201)
async def enter_credit_fact(
    business_id: UUID,
    body: CreditEntryCreate,
    actor: CanEnterFacts,
    session: Session,
    response: Response,
    _: Idempotent,
) -> CreditEntryRead:
    """登记一条核实了的记录，随即重新分级。"""
    entry = await service.enter(session, actor, business_id, body)
    set_etag(response, entry)
    return CreditEntryRead.model_validate(entry)


@router.post("/credit-accounts/{business_id}/entries/{entry_id}/ending")
async def end_credit_entry(
    business_id: UUID,
    entry_id: UUID,
    body: CreditEntryEnd,
    actor: CanDecideCredit,
    session: Session,
    response: Response,
    version: IfMatch,
) -> CreditEntryRead:
    """停止计入：信用修复（到了期限才可以），或登记有误（当作从未计入）。"""
    entry = await service.end_entry(session, actor, business_id, entry_id, version, body)
    set_etag(response, entry)
    return CreditEntryRead.model_validate(entry)


@router.post("/credit-gradings", status_code=202)
async def grade_credit_anew(
    body: CreditGradingCreate, actor: CanDecideCredit, session: Session, _: Idempotent
) -> JobRead:
    """一个区划内的信用账户按今天重新分级（后台进行）；进展看 `/v1/jobs/{id}`。"""
    return JobRead.model_validate(await service.order(session, body, actor))
