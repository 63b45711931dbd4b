"""编码规则: the registry of code grammars, and reading a code by them."""

from typing import Annotated

from fastapi import Query

from services.traceability.code_grammars import service
from services.traceability.code_grammars.models import CodeGrammar
from services.traceability.code_grammars.schemas import GrammarCreate, GrammarRead, Reading
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import AnyActor
from shared.http.idempotency import Idempotent
from shared.http.routing import Router
from shared.times import day_of, now

router = Router(prefix="/v1", tag="编码规则")


@router.get("/code-grammars")
async def list_code_grammars(_: AnyActor, session: Session) -> list[GrammarRead]:
    """登记的各种编码规则，连同历次更正；没有与原文核对过的都注明。"""
    return [GrammarRead.model_validate(row) for row in await history(session, CodeGrammar)]


@router.post("/code-grammars", status_code=201)
async def correct_code_grammar(
    body: GrammarCreate, actor: CanStateRules, session: Session, _: Idempotent
) -> GrammarRead:
    """登记或更正一种编码规则，自某日起用。"""
    return GrammarRead.model_validate(await state_rule(session, CodeGrammar(**body.model_dump()), actor))


@router.get("/code-readings")
async def read_any_code(
    _: AnyActor,
    session: Session,
    text: Annotated[str, Query(min_length=1, max_length=1000, description="扫到或输入的内容")],
) -> list[Reading]:
    """一个码按各种规则怎样解读；可能不止一种，也可能没有。"""
    return list(await service.readings_of(session, text, day_of(now())))
