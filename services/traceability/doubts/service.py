"""Taking in what consumers doubt, handing it to inspection as a clue, and telling what became of it."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.code_scans.service import Scanned
from services.traceability.codes.masking import masked
from services.traceability.codes.models import TraceCode
from services.traceability.doubts import repository
from services.traceability.doubts.models import Doubt
from services.traceability.doubts.problems import UnknownReceipt
from services.traceability.doubts.rules import in_groups, new_receipt, read_receipt
from services.traceability.doubts.schemas import DoubtCreate, DoubtRead
from shared.contracts.inspection import ConsumerClueChanged
from shared.contracts.traceability import DoubtRaised
from shared.events.outbox import publish
from shared.times import now

MOST_A_DAY = 20
"""Doubts about one code that become clues of their own within a day; the officers know by then."""

WITH_OTHERS = "一天内对这个码反映的人很多，已转给监管人员的一并核查，这一条留存，不单独答复；要紧的请拨打 12315"
"""What is said of a doubt that is kept without a clue of its own."""

_SENT_TWICE = timedelta(minutes=10)


async def raise_doubt(session: AsyncSession, scanned: Scanned, wanted: DoubtCreate) -> DoubtRead:
    """Enter a doubt and tell inspection; the same words again within minutes are the same doubt.
    Past `MOST_A_DAY` it is kept, and answered at once that it goes with those before it.
    """
    code, at = scanned.codes[0], now()
    await repository.lock_code(session, code.id)
    known = await repository.same_since(session, code.id, wanted.what, wanted.place, at - _SENT_TWICE)
    if known is not None:
        return _read(known, code)
    is_clue = await repository.count_since(session, code.id, at - timedelta(days=1)) < MOST_A_DAY
    doubt = Doubt(
        receipt=new_receipt(),
        code_id=code.id,
        code_text=code.text if scanned.exact else scanned.key,
        what=wanted.what,
        place=wanted.place,
        raised_at=at,
        answer="" if is_clue else WITH_OTHERS,
    )
    session.add(doubt)
    await session.flush()
    if not is_clue:
        return _read(doubt, code)
    raised = DoubtRaised(
        doubt_id=doubt.id,
        code=doubt.code_text,
        product_name=code.name,
        business_id=code.business_id,
        region_code=code.region_code,
        what=doubt.what,
        place=doubt.place,
        raised_at=at,
    )
    await publish(session, raised, doubt.id)
    return _read(doubt, code)


async def read_doubt(session: AsyncSession, typed: str) -> DoubtRead:
    """How the doubt stands. Raises `UnknownReceipt`."""
    receipt = read_receipt(typed)
    found = await repository.by_receipt(session, receipt) if receipt else None
    if found is None:
        raise UnknownReceipt("请核对：16 位字母数字，没有字母 I、L、O、U（末位除外）")
    return _read(*found)


async def follow_clue(session: AsyncSession, told: ConsumerClueChanged) -> None:
    """Keep what inspection tells of the clue; a clue of an unknown doubt is nobody's here."""
    doubt = await repository.locked(session, told.clue_id)
    if doubt is not None:
        doubt.follow(
            version=told.version, state=told.state, outcome=told.outcome, answer=told.answer, at=told.changed_at
        )
        await session.flush()


def _read(doubt: Doubt, code: TraceCode) -> DoubtRead:
    return DoubtRead(
        receipt=in_groups(doubt.receipt),
        code_text=doubt.code_text,
        name=masked(code.name),
        what=doubt.what,
        raised_at=doubt.raised_at,
        state=doubt.state,
        state_label=doubt.state.label,
        outcome=doubt.outcome,
        outcome_label=doubt.outcome.label if doubt.outcome else None,
        answer=doubt.answer,
        changed_at=doubt.changed_at,
    )
