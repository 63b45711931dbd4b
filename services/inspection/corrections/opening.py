"""How a finding becomes a correction: from a completed visit, or by hand, or from a complaint or case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections import repository
from services.inspection.corrections.kinds import CorrectionEnd, CorrectionState, CorrectionStep, Origin
from services.inspection.corrections.models import Correction, VisitTally
from services.inspection.corrections.problems import refused_at
from services.inspection.corrections.rules import ImpossibleMoment, moment_of
from services.inspection.corrections.schemas import CorrectionCreate
from services.inspection.corrections.service import by, count_filing
from services.inspection.corrections.telling import tell_last_step
from services.inspection.figures import corrections as figures
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An item that a visit found not in order. `photos` are SHA-256 names. Unknown is None, never False."""

    item_number: str
    problem: str
    requirement: str = ""
    is_key: bool | None = None
    affects_safety: bool | None = None
    photos: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedVisit:
    """A visit whose result is formed, with every problem it found; without any it counts all the same."""

    visit_id: UUID
    region_code: str
    business_id: UUID | None
    party_name: str
    ended_at: datetime
    problems: Sequence[Problem]


async def open_corrections(
    session: AsyncSession, visit: CompletedVisit, actor: Actor | None = None
) -> Sequence[Correction]:
    """Take over what a visit found; gives all corrections of the visit that stand.

    Call it whenever the result of a visit is formed or formed anew, in the same transaction: one correction an item,
    however often it is told. What a later judgement no longer finds is withdrawn while nobody has dealt with it; after
    that it stays, and an officer decides. What it finds again comes back.
    """
    tally = await repository.tally_of(session, visit.visit_id)
    is_new = tally is None
    business = await repository.business_on_file(session, visit.business_id)
    if tally is None:
        tally = VisitTally(
            visit_id=visit.visit_id,
            region_code=visit.region_code,
            business_id=visit.business_id,
            party_name=visit.party_name,
            visited_at=visit.ended_at,
            problems=0,
        )
        session.add(tally)
        await session.flush()
    known = await repository.lock_corrections_of_visit(session, visit.visit_id)
    changed: list[Correction] = []
    for problem in visit.problems:
        correction = known.get(problem.item_number)
        at = visit.ended_at
        if correction is None:
            fields = _fields_of(visit, problem) | {"business_id": business.id if business else None}
            known[problem.item_number] = correction = _opened(fields)
            session.add(correction)
        elif correction.ended_because is CorrectionEnd.WITHDRAWN:
            at = correction.moment(None, now())
            correction.reappear()
            correction.advance()
        else:
            continue
        correction.log(CorrectionStep.OPENED, at, **by(actor), evidence=list(problem.photos))
        changed.append(correction)
    still_found = {problem.item_number for problem in visit.problems}
    for number, correction in known.items():
        is_untouched = correction.state is CorrectionState.FOUND and correction.case_requested_at is None
        if number not in still_found and is_untouched:
            at = correction.moment(None, now())
            correction.withdraw(at)
            correction.log(CorrectionStep.WITHDRAWN, at, **by(actor), note="检查结果重新判定后不再是问题")
            correction.advance()
            changed.append(correction)
    standing = [row for row in known.values() if row.ended_because is not CorrectionEnd.WITHDRAWN]
    await session.flush()
    for correction in changed:
        await tell_last_step(session, correction)
        await count_filing(session, correction)
    await figures.record_visit(session, tally, len(standing), is_new=is_new)
    return standing


async def open_by_hand(session: AsyncSession, body: CorrectionCreate, actor: Actor) -> Correction:
    """Enter a finding that no visit record tells. Raises `InvalidRequest`, `OutsideRegion`."""
    party_name, region_code = body.party_name, body.region_code
    if body.business_id is not None:
        business = await repository.business_on_file(session, body.business_id)
        if business is None:
            raise refused_at("/business_id", "没有这个主体，请核对编号；没有登记的填名称和区划", "business")
        party_name, region_code = business.name, business.region_code
    assert party_name is not None and region_code is not None  # the schema has seen to it
    await ensure_in_scope(session, actor, region_code)
    present = now()
    try:
        found_at = moment_of(body.found_at, present, body.found_at or present, "发现问题")
    except ImpossibleMoment as impossible:
        raise refused_at("/found_at", str(impossible), "moment") from None
    fields = body.model_dump(exclude={"party_name", "region_code", "found_at"})
    correction = _opened(fields | {"party_name": party_name, "region_code": region_code, "found_at": found_at})
    correction.log(CorrectionStep.OPENED, found_at, **by(actor), evidence=body.evidence_before)
    session.add(correction)
    await session.flush()
    await tell_last_step(session, correction)
    return correction


def _fields_of(visit: CompletedVisit, problem: Problem) -> dict[str, Any]:
    return {
        "origin": Origin.VISIT,
        "visit_id": visit.visit_id,
        "item_number": problem.item_number,
        "party_name": visit.party_name,
        "region_code": visit.region_code,
        "requirement": problem.requirement,
        "problem": problem.problem,
        "is_key": problem.is_key,
        "affects_safety": problem.affects_safety,
        "evidence_before": list(problem.photos),
        "found_at": visit.ended_at,
    }


def _opened(fields: dict[str, Any]) -> Correction:
    unset = dict.fromkeys(("visit_id", "item_number", "business_id", "is_key", "affects_safety"))
    return Correction(
        **unset | fields,
        id=uuid7(),
        version=1,
        state=CorrectionState.FOUND,
        evidence_after=[],
        opened_at=now(),
        orders=[],
        entries=[],
    )
