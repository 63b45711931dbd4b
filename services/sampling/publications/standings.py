"""What is known of samples that decides whether they may be published, read for many at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from services.sampling.disposals.models import DisposalCase, ResultNotice
from services.sampling.disposals.service import NOTICE_CLOCK_OBJECT
from services.sampling.objections.models import Objection
from services.sampling.publications.models import Publication
from services.sampling.publications.rules import (
    OBJECTION_WINDOW,
    RETEST_WINDOW,
    WINDOWS,
    CaseStanding,
    Dispute,
    RecipientStanding,
    Standing,
    Window,
)
from services.sampling.retests.models import Retest
from services.sampling.samples.models import Sample
from shared.calendar.repository import load_calendar
from shared.calendar.rules import WorkingCalendar
from shared.clocks.models import ClockRow
from shared.clocks.rules import due
from shared.contracts.clocks import ClockState
from shared.contracts.disposals import ObjectionKind, ObjectionState, RetestState

_OBJECTION_OVER = frozenset(
    {ObjectionState.REFUSED, ObjectionState.UPHELD, ObjectionState.REJECTED, ObjectionState.WITHDRAWN}
)
_RETEST_OVER = frozenset({RetestState.TOLD, RetestState.REFUSED, RetestState.WITHDRAWN})
_OF_SAMPLING = "sampling_objection_application"


async def cases_of(session: AsyncSession, sample_ids: Collection[UUID]) -> dict[UUID, list[DisposalCase]]:
    """The disposal cases of the samples, with whom the results are served on."""
    statement = (
        select(DisposalCase)
        .where(DisposalCase.sample_id.in_(sample_ids))
        .options(selectinload(DisposalCase.notices))
        .order_by(DisposalCase.side)
    )
    found: dict[UUID, list[DisposalCase]] = defaultdict(list)
    for case in await session.scalars(statement.execution_options(populate_existing=True)):
        found[case.sample_id].append(case)
    return found


async def retests_of(session: AsyncSession, sample_ids: Collection[UUID]) -> dict[UUID, list[Retest]]:
    """The re-tests asked for, refused and withdrawn ones included, the earliest first."""
    found: dict[UUID, list[Retest]] = defaultdict(list)
    statement = select(Retest).where(Retest.sample_id.in_(sample_ids)).order_by(Retest.id)
    for retest in await session.scalars(statement.execution_options(populate_existing=True)):
        found[retest.sample_id].append(retest)
    return found


async def standings_of(
    session: AsyncSession,
    samples: Collection[Sample],
    cases: Mapping[UUID, Sequence[DisposalCase]],
    retests: Mapping[UUID, Sequence[Retest]],
    listed: Mapping[UUID, Publication],
) -> dict[UUID, Standing]:
    """The standing of each sample; `listed` are those that another table has."""
    notices = [notice for own in cases.values() for case in own for notice in case.notices]
    windows = await _windows_of(session, notices)
    objections = await _objections_of(session, [sample.id for sample in samples])
    return {
        sample.id: Standing(
            state=sample.state,
            stream=sample.stream,
            conclusion=sample.conclusion,
            cases=[_case(case, windows) for case in cases.get(sample.id, ())],
            disputes=[*map(_retest, retests.get(sample.id, ())), *map(_objection, objections[sample.id])],
            listed_in=listed[sample.id].name if sample.id in listed else None,
        )
        for sample in samples
    }


async def _windows_of(session: AsyncSession, notices: Collection[ResultNotice]) -> dict[UUID, list[Window]]:
    """For each notice the windows that count: of each code the last opened that was not cancelled."""
    by_id = {notice.id: notice for notice in notices}
    statement = (
        select(ClockRow)
        .where(
            ClockRow.object_type == NOTICE_CLOCK_OBJECT,
            ClockRow.object_id.in_(by_id),
            ClockRow.code.in_(WINDOWS),
            ClockRow.state != ClockState.CANCELLED,
        )
        .options(joinedload(ClockRow.rule), selectinload(ClockRow.entries))
        .order_by(ClockRow.id)
        .execution_options(populate_existing=True)
    )
    calendar = await load_calendar(session)
    found: dict[UUID, dict[str, Window]] = defaultdict(dict)
    for clock in await session.scalars(statement):
        found[clock.object_id][clock.code] = _window(clock, by_id[clock.object_id], calendar)
    return {notice_id: list(windows.values()) for notice_id, windows in found.items()}


def _window(clock: ClockRow, notice: ResultNotice, calendar: WorkingCalendar) -> Window:
    since = max(clock.triggered_at, notice.recorded_at or clock.triggered_at)
    recorded = due(replace(clock.to_clock(), triggered_at=since, pauses=()), calendar)
    return Window(
        code=clock.code,
        state=clock.state,
        due_at=clock.due_at,
        provisional=clock.provisional,
        recorded_due_at=None if recorded is None or recorded.provisional else recorded.at,
        confirmed=notice.confirmed_at is not None,
    )


async def _objections_of(session: AsyncSession, sample_ids: Collection[UUID]) -> Mapping[UUID, list[Objection]]:
    found: dict[UUID, list[Objection]] = defaultdict(list)
    for objection in await session.scalars(select(Objection).where(Objection.sample_id.in_(sample_ids))):
        found[objection.sample_id].append(objection)
    return found


def _case(case: DisposalCase, windows: Mapping[UUID, Sequence[Window]]) -> CaseStanding:
    contestants = [notice for notice in case.notices if notice.recipient.may_contest]
    return CaseStanding(
        side=case.side,
        authority=case.authority,
        ended=case.ended_because,
        recipients=[_recipient(notice, windows.get(notice.id, ())) for notice in contestants],
    )


def _recipient(notice: ResultNotice, windows: Sequence[Window]) -> RecipientStanding:
    return RecipientStanding(name=notice.name, served=notice.served_at is not None, windows=windows)


def _retest(retest: Retest) -> Dispute:
    return Dispute(RETEST_WINDOW, "复检", retest.state.label, retest.state in _RETEST_OVER)


def _objection(objection: Objection) -> Dispute:
    window = _OF_SAMPLING if objection.kind is ObjectionKind.SAMPLING_PROCESS else OBJECTION_WINDOW
    label = f"{objection.kind.label}的异议"
    return Dispute(window, label, objection.state.label, objection.state in _OBJECTION_OVER)
