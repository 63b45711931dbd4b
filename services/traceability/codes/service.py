"""Giving out codes, activating and voiding them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes import repository
from services.traceability.codes.models import CodeBatch, CodeEntry, TraceCode
from services.traceability.codes.problems import (
    CodeStepRefused,
    CodeTaken,
    NotYourCodes,
    UnknownCode,
    UnknownCodeBatch,
)
from services.traceability.codes.rules import (
    LOT_KINDS,
    BadNumbers,
    CodeKind,
    CodeScheme,
    CodeState,
    CodeStep,
    NewCode,
    gs1_codes,
    own_codes,
    read_own_code,
)
from services.traceability.codes.schemas import CodeBatchCreate, CodeVerification
from services.traceability.identifiers import as_link, class_key, match_key
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import now


async def issue(session: AsyncSession, actor: Actor, wanted: CodeBatchCreate) -> tuple[CodeBatch, int]:
    """Give out a batch; returns it and how many codes are active already.

    A business gives out codes for itself, a market's operator for the stalls of the market too. Nothing is given out
    when one code of the batch was before (`CodeTaken`).
    """
    await ensure_in_scope(session, actor, wanted.region_code)
    business_id = wanted.business_id or actor.business_id
    for_another = actor.business_id is not None and business_id != actor.business_id
    if for_another and not (actor.has(Role.MARKET_OPERATOR) and wanted.kind in (CodeKind.STALL, CodeKind.SHOP)):
        raise NotYourCodes("只能为本主体发码；市场开办者可以为市场内的店铺、摊位发码")
    new = _codes(wanted)
    await _ensure_own_product(session, new[0].key, business_id)
    at = now()
    batch = CodeBatch(
        kind=wanted.kind,
        scheme=wanted.scheme,
        name=wanted.name,
        business_id=business_id,
        issuer_business_id=actor.business_id,
        region_code=wanted.region_code,
        quantity=wanted.quantity,
        lot=wanted.lot,
        note=wanted.note,
        issued_at=at,
        issued_by=actor.id,
    )
    session.add(batch)
    await session.flush()
    state = CodeState.ACTIVE if wanted.activate else CodeState.ISSUED
    rows = [
        {
            "id": uuid7(),
            "batch_id": batch.id,
            "key": code.key,
            "class_key": class_key(code.key),
            "path": code.path,
            "text": code.text,
            "kind": wanted.kind,
            "name": wanted.name,
            "business_id": business_id,
            "issuer_business_id": actor.business_id,
            "region_code": wanted.region_code,
            "state": state,
            "issued_at": at,
            "activated_at": at if wanted.activate else None,
            "version": 1,
        }
        for code in new
    ]
    if await repository.add_new(session, rows) != len(rows):
        taken = await repository.known_keys(session, [code.key for code in new])
        raise CodeTaken(f"已发放过：{'、'.join(taken[:3])}；同一个码只发一次，重印请打开原来的码", keys=list(taken))
    _log(session, batch.id, CodeStep.ISSUED, at, len(rows), wanted.note, actor)
    if wanted.activate:
        _log(session, batch.id, CodeStep.ACTIVATED, at, len(rows), "发放即启用", actor)
    await session.flush()
    return batch, len(rows) if wanted.activate else 0


def _codes(wanted: CodeBatchCreate) -> list[NewCode]:
    if wanted.scheme is CodeScheme.OWN:
        if wanted.has_gs1_numbers():
            raise _refused("scheme", "平台编号（own）不用 GS1 号码；有号码请选 gs1")
        if wanted.lot is not None and wanted.kind not in LOT_KINDS:
            raise _refused("lot", f"{wanted.kind.label}不用这一项，请留空")
        return list(own_codes(wanted.kind, wanted.region_code, wanted.quantity))
    try:
        return list(gs1_codes(wanted.kind, wanted.numbers(), wanted.quantity))
    except BadNumbers as bad:
        raise _refused(bad.field, str(bad)) from None


def _refused(field: str, message: str) -> InvalidRequest:
    return InvalidRequest(
        "有 1 处需要改正", errors=[FieldError(pointer=f"/{field}", message=message, code="code_numbers")]
    )


async def _ensure_own_product(session: AsyncSession, key: str, business_id: UUID | None) -> None:
    """Whose product code an office has verified, nobody else gives out lots and items of it. A mere registration keeps
    nobody out: it may be a stranger's.
    """
    above = class_key(key)
    product = (await repository.by_keys(session, [above])).get(above) if above else None
    if (
        product is not None
        and product.state is not CodeState.VOIDED
        and product.business_id != business_id
        and product.verified_at
    ):
        raise NotYourCodes("这个商品条码经监管部门核对属于另一主体，不能用它发码；确属本主体的，请向监管部门申请更正")


async def verify(session: AsyncSession, actor: Actor, code_id: UUID, wanted: CodeVerification) -> TraceCode:
    """Confirm whose product number it is; another's registration becomes the confirmed owner's.

    The owner's office does so, wherever the code was registered, as a squatter may be anywhere; what an office has
    verified only one that sees the code corrects. Raises `UnknownCode`, `CodeStepRefused`, and what the scope of
    regions refuses.
    """
    await ensure_in_scope(session, actor, wanted.region_code)
    code = await repository.product_for_update(session, code_id)
    if code is None or (code.verified_at and await repository.visible_code(session, code_id, actor) is None):
        raise UnknownCode("请核对编号；别处监管部门已经核对过的，由那里更正")
    at = now()
    code.verify(wanted.business_id, wanted.name, wanted.region_code, at, actor.id)
    _log(session, code.batch_id, CodeStep.VERIFIED, at, 1, wanted.reason, actor, code_id=code.id)
    await session.flush()
    return code


async def code_for(session: AsyncSession, code_id: UUID, actor: Actor) -> TraceCode:
    """The code, if the actor may see it. Raises `UnknownCode`."""
    code = await repository.visible_code(session, code_id, actor)
    if code is None:
        raise UnknownCode("请核对编号；只能查看辖区内或本主体的码")
    return code


async def batch_for(session: AsyncSession, batch_id: UUID, actor: Actor) -> CodeBatch:
    """The batch, if the actor may see it. Raises `UnknownCodeBatch`."""
    batch = await repository.visible_batch(session, batch_id, actor)
    if batch is None:
        raise UnknownCodeBatch("请核对编号；只能查看辖区内或本主体发放的码")
    return batch


async def step(
    session: AsyncSession, actor: Actor, code_id: UUID, wanted: CodeStep, reason: str, version: int
) -> TraceCode:
    """Activate or void one code."""
    code = await repository.visible_code(session, code_id, actor, lock=True)
    if code is None:
        raise UnknownCode("请核对编号；只能办理辖区内或本主体的码")
    ensure_version(code, version)
    at = now()
    if wanted is CodeStep.ACTIVATED:
        code.activate(at)
    else:
        code.void(at)
    _log(session, code.batch_id, wanted, at, 1, reason, actor, code_id=code.id)
    await session.flush()
    return code


async def step_of_batch(
    session: AsyncSession, actor: Actor, batch_id: UUID, wanted: CodeStep, reason: str
) -> tuple[CodeBatch, int]:
    """Activate or void all codes of a batch that still can be; returns how many."""
    batch = await batch_for(session, batch_id, actor)
    if wanted is CodeStep.ACTIVATED:
        states, to = [CodeState.ISSUED], CodeState.ACTIVE
    else:
        states, to = [CodeState.ISSUED, CodeState.ACTIVE], CodeState.VOIDED
    at = now()
    changed = await repository.change_batch(session, batch.id, states, to, at)
    if not changed:
        raise CodeStepRefused(f"这一批里没有可以{wanted.label}的码")
    _log(session, batch.id, wanted, at, changed, reason, actor)
    await session.flush()
    return batch, changed


async def history_of(session: AsyncSession, code: TraceCode) -> Sequence[CodeEntry]:
    """What happened to the code. A step of its whole batch is its own where it was the one that moved it."""
    moved = {CodeStep.ISSUED: code.issued_at, CodeStep.ACTIVATED: code.activated_at, CodeStep.VOIDED: code.voided_at}
    entries = await repository.history_of(session, code)
    own = [entry for entry in entries if entry.code_id or entry.at == moved.get(entry.step)]
    return sorted(own, key=lambda entry: (entry.at, list(CodeStep).index(entry.step)))


def key_of(text: str) -> str:
    """The key of whatever somebody scanned or typed: an address of a code, an own code, a URN, an element string."""
    stripped = as_link(text.strip())
    last = stripped.partition("?")[0].rpartition("/q/")[2]
    return read_own_code(last) or match_key(stripped)


def product_key(text: str) -> str:
    """The key of the product that a code in any spelling is of, of itself where it names no product; '' for no text."""
    key = key_of(text) if text else ""
    return class_key(key) or key


def note_sale(session: AsyncSession, code: TraceCode, actor: Actor) -> bool:
    """The thing went over the counter. False when it had before."""
    at = now()
    if not code.sell(at):
        return False
    _log(session, code.batch_id, CodeStep.SOLD, at, 1, "", actor, code_id=code.id)
    return True


def _log(
    session: AsyncSession,
    batch_id: UUID,
    what: CodeStep,
    at: datetime,
    count: int,
    reason: str,
    actor: Actor,
    *,
    code_id: UUID | None = None,
) -> None:
    session.add(
        CodeEntry(
            batch_id=batch_id,
            code_id=code_id,
            step=what,
            at=at,
            count=count,
            reason=reason,
            actor_id=actor.id,
            actor_name=actor.name,
        )
    )
