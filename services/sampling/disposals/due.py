"""What is due next in disposal cases: the bureau's own duties, to start, to serve the result and to finish."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from services.sampling.disposals.models import DisposalCase, ResultNotice
from services.sampling.disposals.repository import CaseFilter, filtered_cases
from services.sampling.disposals.service import CLOCK_OBJECT, COMPLETION, NOTICE_CLOCK_OBJECT, SERVICE, START
from shared.clocks.models import ClockRow
from shared.contracts.clocks import OPEN_STATES
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate_rows

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of what has none, so that it stands last."""


async def list_cases_by_due(
    session: AsyncSession, wanted: CaseFilter, actor: Actor, page: PageRequest
) -> tuple[list[DisposalCase], str | None]:
    """One page of the cases the actor may see, what is due first in front; without an open duty last."""
    first = _open_duties(func.min(ClockRow.due_at)).where(_of_case()).scalar_subquery()
    order = [func.coalesce(first, literal(NEVER)).label("due"), DisposalCase.id.label("id")]
    columns: list[Any] = [DisposalCase, *order]
    statement = filtered_cases(select(*columns), wanted, actor)
    rows, following = await paginate_rows(session, statement, page, order_by=order)
    return [row.DisposalCase for row in rows], following


async def next_duties(session: AsyncSession, cases: Sequence[DisposalCase]) -> dict[UUID, ClockRow]:
    """For each case the open duty that ends first; none for a case without."""
    statement = (
        _open_duties(ClockRow, DisposalCase.id)
        .join(DisposalCase, _of_case())
        .where(DisposalCase.id.in_([case.id for case in cases]))
        .order_by(ClockRow.due_at.desc(), ClockRow.id.desc())
        .options(joinedload(ClockRow.rule), selectinload(ClockRow.entries))
    )
    return {case_id: clock for clock, case_id in await session.execute(statement)}


def _open_duties(*columns: Any) -> Select[Any]:
    return select(*columns).where(ClockRow.state.in_(OPEN_STATES), ClockRow.code.in_((START, COMPLETION, SERVICE)))


def _of_case() -> Any:
    """Whether a clock is the case's own, or of the service of its result on somebody."""
    notices = select(ResultNotice.id).where(ResultNotice.case_id == DisposalCase.id).correlate(DisposalCase)
    return or_(
        and_(ClockRow.object_type == CLOCK_OBJECT, ClockRow.object_id == DisposalCase.id),
        and_(ClockRow.object_type == NOTICE_CLOCK_OBJECT, ClockRow.object_id.in_(notices)),
    )
