"""The figures of supervision equal the rows behind them, whatever happened to the records."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.figures.definitions import FIGURES, IN_TIME, ON_FILE
from services.inspection.visits import service as visits
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.figures import repository, service
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, OTHER_STREET, STREET, business, invented_uscc, whistle

REGIONS = [HAISHU, STREET, OTHER_STREET, "330200000000"]


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    """An inspector of 海曙区."""
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])


async def a_busy_day(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    """Three businesses, one of which moves and one closes; one visit in time, one overdue, one open."""
    ids = [uuid4() for _ in range(3)]
    for number, business_id in enumerate(ids):
        await put(officer, business_id, None, uscc=invented_uscc(number), name=f"演示店{number}")
    await put(officer, ids[1], 1, uscc=invented_uscc(1), name="演示店1", region_code=OTHER_STREET, kind="canteen")
    await put(officer, ids[2], 1, uscc=invented_uscc(2), name="演示店2", status="closed")
    made, late = await visits.schedule(session, whistle()), await visits.schedule(session, whistle())
    await visits.schedule(session, whistle())
    await officer.post(
        f"/v1/visits/{made.id}/completion",
        json={"visited_at": now().isoformat(), "outcome": "in_order", "notes": "（演示）"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    await visits.note_overdue(session, late.id, now() - timedelta(seconds=1))


async def put(officer: httpx.AsyncClient, business_id: Any, version: int | None, **change: Any) -> None:
    headers = {"If-Match": f'"{version}"'} if version else {}
    answer = await officer.put(f"/v1/businesses/{business_id}", json=business(**change), headers=headers)
    assert answer.is_success, answer.text


async def test_every_figure_equals_its_rows_folded_or_not(session_of: SessionOf, officer: httpx.AsyncClient) -> None:
    session = await session_of(Unit.INSPECTION)
    await a_busy_day(session, officer)
    month = Period.containing(day_of(now()), PeriodKind.MONTH)
    proof = await repository.counts_from_rows(session, FIGURES, REGIONS, month)
    assert proof[ON_FILE.definition.code, HAISHU] == (Decimal(2), Decimal(0))
    assert proof["inspection.businesses_sales", STREET] == (Decimal(1), Decimal(0))
    assert proof["inspection.businesses_canteen", OTHER_STREET] == (Decimal(1), Decimal(0))
    assert proof[IN_TIME.definition.code, HAISHU] == (Decimal(1), Decimal(2))
    for _ in range(2):
        counted = await repository.current_counts(session, FIGURES, REGIONS, month)
        assert {pair: sums for pair, sums in counted.items() if sums != (Decimal(0), Decimal(0))} == {
            pair: sums for pair, sums in proof.items() if sums != (Decimal(0), Decimal(0))
        }
        await service.fold(session)


async def test_the_rows_behind_lead_to_the_records(session_of: SessionOf, officer: httpx.AsyncClient) -> None:
    session = await session_of(Unit.INSPECTION)
    await a_busy_day(session, officer)
    period = str(Period.containing(day_of(now()), PeriodKind.YEAR))
    for code in (ON_FILE.definition.code, IN_TIME.definition.code):
        answer = await officer.get(f"/v1/figures/{code}/rows?region={HAISHU}&period={period}")
        assert answer.status_code == 200, answer.text
        for row in answer.json()["items"]:
            assert (await officer.get(row["link"])).status_code == 200
