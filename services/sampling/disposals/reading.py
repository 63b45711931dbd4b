"""Disposal cases as callers see them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposal_recalls.repository import recall_of
from services.sampling.disposals.due import next_duties
from services.sampling.disposals.models import ClosureRequirement, DisposalCase, DisposalEntry
from services.sampling.disposals.repository import is_official
from services.sampling.disposals.schemas import (
    CaseListed,
    CaseRead,
    CaseRecallRead,
    CaseSummary,
    DisposalEntryRead,
    RequirementRead,
    ResultNoticeRead,
)
from services.sampling.disposals.service import CLOCK_OBJECT, NOTICE_CLOCK_OBJECT
from services.sampling.disposals.steps import missing_of
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.clocks.schemas import ClockRead
from shared.clocks.service import clocks_of
from shared.contracts.clocks import ClockState
from shared.contracts.disposals import CaseStep
from shared.http.auth import Actor
from shared.times import now

INTERNAL = frozenset(
    {
        CaseStep.CASE_REQUESTED,
        CaseStep.FILED,
        CaseStep.NOT_FILED,
        CaseStep.PENALISED,
        CaseStep.REGION_NOTIFIED,
        CaseStep.TAKEN_OVER,
        CaseStep.EXTENDED,
        CaseStep.RECIPIENT_ADDED,
    }
)
"""Steps between authorities: a party reads of them in the documents served on it, not here."""


async def show_case(session: AsyncSession, case: DisposalCase, actor: Actor) -> CaseRead:
    """A case with clocks, notices and timeline; a party sees of it what concerns it."""
    official = is_official(actor)
    own = [notice for notice in case.notices if official or notice.name == case.party_name]
    recall = await recall_of(session, case.id)
    return CaseRead(
        **dict(show_summary(case, actor)),
        missing=await missing_of(session, case) if official else [],
        recall=None if recall is None else CaseRecallRead.model_validate(recall),
        clocks=await _clocks(session, CLOCK_OBJECT, case.id) if official else [],
        notices=[
            ResultNoticeRead(
                id=notice.id,
                recipient=notice.recipient,
                label=notice.recipient.label,
                name=notice.name,
                served_at=notice.served_at,
                method=notice.method,
                proof=notice.proof,
                recorded_at=notice.recorded_at,
                is_late_record=notice.is_late_record,
                confirmed_at=notice.confirmed_at,
                clocks=await _clocks(session, NOTICE_CLOCK_OBJECT, notice.id),
            )
            for notice in own
        ],
        entries=[_show_entry(entry) for entry in case.entries if official or entry.kind not in INTERNAL],
    )


async def show_listed(session: AsyncSession, cases: Sequence[DisposalCase], actor: Actor) -> list[CaseListed]:
    """Cases in their order, each with what is due next."""
    duties = await next_duties(session, cases) if is_official(actor) else {}
    calendar, moment = await load_calendar(session), now()
    return [
        CaseListed(
            **dict(show_summary(case, actor)),
            next_duty=show_clock(duties[case.id], calendar, moment) if case.id in duties else None,
        )
        for case in cases
    ]


def show_summary(case: DisposalCase, actor: Actor) -> CaseSummary:
    """A case in one line. Whether a penalty case is opened, a party reads in the documents served on it."""
    summary = CaseSummary.model_validate(case)
    if is_official(actor):
        return summary
    return summary.model_copy(update={"case_requested_at": None, "filing_number": None, "not_filed_because": None})


def show_requirement(row: ClosureRequirement) -> RequirementRead:
    fields = {name: getattr(row, name) for name in RequirementRead.model_fields if name != "label"}
    return RequirementRead(**fields, label=row.topic.label)


async def _clocks(session: AsyncSession, object_type: str, object_id: UUID) -> list[ClockRead]:
    calendar, moment = await load_calendar(session), now()
    clocks = await clocks_of(session, object_type, object_id)
    return [show_clock(clock, calendar, moment) for clock in clocks if clock.state is not ClockState.CANCELLED]


def _show_entry(entry: DisposalEntry) -> DisposalEntryRead:
    fields = {name: getattr(entry, name) for name in DisposalEntryRead.model_fields if name != "label"}
    return DisposalEntryRead(**fields, label=entry.kind.label)
