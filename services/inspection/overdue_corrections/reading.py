"""Overdue corrections as callers see them."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.overdue_corrections import repository
from services.inspection.overdue_corrections.repository import OverdueFilter
from services.inspection.overdue_corrections.rules import BANDS, tallied
from services.inspection.overdue_corrections.schemas import (
    LetterAbout,
    OfficerTally,
    OverdueCorrection,
    OverdueSummary,
    PlaceTally,
    TallyRead,
)
from services.inspection.supervision_letters.models import Letter
from shared.http.auth import Actor
from shared.http.pagination import Page, PageRequest
from shared.times import now


async def show_page(
    session: AsyncSession, wanted: OverdueFilter, actor: Actor, page: PageRequest
) -> Page[OverdueCorrection]:
    """One page of the board, each with the letters that name it."""
    rows, following = await repository.list_overdue(session, wanted, actor, page)
    letters = await repository.letters_about(session, [row.Correction.id for row in rows], actor)
    return Page(items=[_show(row, letters) for row in rows], next_cursor=following)


async def show_summary(session: AsyncSession, region: str, actor: Actor) -> OverdueSummary:
    """A region's overdue corrections by place and officer."""
    everything, places, officers = tallied(await repository.count_overdue(session, region, actor))
    return OverdueSummary(
        region_code=region,
        as_of=now(),
        band_days=list(BANDS),
        everything=TallyRead(**asdict(everything)),
        places=[PlaceTally(region_code=code, **asdict(tally)) for code, tally in places.items()],
        officers=[
            OfficerTally(officer_id=officer_id, officer_name=name, **asdict(tally))
            for (officer_id, name), tally in officers.items()
        ],
    )


def _show(row: Row[Any], letters: list[Letter] | Any) -> OverdueCorrection:
    correction = row.Correction
    names = ("id", "business_id", "party_name", "region_code", "problem", "is_key", "state")
    return OverdueCorrection(
        **{name: getattr(correction, name) for name in names},
        state_label=correction.state.label,
        due_at=row.due_at,
        overdue_days=(now() - row.due_at).days,
        officer_id=row.officer_id,
        officer_name=row.officer_name or "",
        escalation=row.escalation,
        escalation_label=row.escalation.label if row.escalation else "",
        escalated_at=row.escalated_at,
        letters=[
            LetterAbout(id=letter.id, label=letter.kind.label, number=letter.number, state_label=letter.state.label)
            for letter in letters
            if str(correction.id) in letter.correction_ids
        ],
    )
