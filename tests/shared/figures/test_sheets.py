"""Figures over HTTP: every number equals the sum of the rows behind it, now, folded or not, and as of then."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Select, case, func, literal, select, text

from services.traceability.figures.definitions import FIGURES, LOT_HOLDS, LOTS_ON_HOLD
from services.traceability.lots.models import LotHold
from services.traceability.lots.subscribers import on_rapid_test_failed, on_whistle_closed
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import FigureKind, Period
from shared.figures import repository, service
from shared.figures.definition import Figure
from shared.figures.models import FigureDelta
from shared.http.pagination import PageRequest
from tests.conftest import ClientOf, SessionOf
from tests.factories.sampling import rapid_test_failed, whistle_closed

HAISHU, STREET = "330203000000", "330203001000"
FIVE = (Decimal(5), Decimal(0))
JULY = Period.parse("2026-07")


async def _a_month_of_holds(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    for number in range(5):
        failed = rapid_test_failed(blown_at=datetime(2026, 7, 20 + number, tzinfo=UTC))
        await on_rapid_test_failed(session, failed)
        if number < 2:
            await on_whistle_closed(session, whistle_closed(failed, closed_at=datetime(2026, 7, 28, tzinfo=UTC)))


async def test_figures_are_the_sum_of_their_rows_folded_or_not(session_of: SessionOf) -> None:
    await _a_month_of_holds(session_of)
    session = await session_of(Unit.TRACEABILITY)
    regions = [HAISHU, STREET, "330200000000"]
    proof = await repository.counts_from_rows(session, FIGURES, regions, JULY)
    assert proof[LOT_HOLDS.code, HAISHU] == FIVE
    assert proof[LOTS_ON_HOLD.code, HAISHU] == (Decimal(3), Decimal(0))
    assert await repository.current_counts(session, FIGURES, regions, JULY) == proof
    assert await service.fold(session) > 0
    assert await session.scalar(select(func.count()).select_from(FigureDelta)) == 0
    assert await repository.current_counts(session, FIGURES, regions, JULY) == proof


async def test_a_partly_folded_batch_is_counted_once(session_of: SessionOf) -> None:
    await _a_month_of_holds(session_of)
    session = await session_of(Unit.TRACEABILITY)
    proof = await repository.counts_from_rows(session, FIGURES, [HAISHU], JULY)
    for _ in range(4):
        await repository.fold_batch(session, 3)
        assert await repository.current_counts(session, FIGURES, [HAISHU], JULY) == proof


async def test_stocks_hold_all_days_before_a_periods_end_and_flows_those_within_it(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    days = [date(2023, 12, 31), date(2024, 2, 29), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]
    days += [date(2026, month, day) for month, day in ((3, 31), (6, 30), (7, 1), (7, 14), (7, 15), (7, 31), (8, 1))]
    periods = [Period.parse(text) for text in ("2022", "2025", "2026", "2025-Q4", "2026-Q2", "2026-02", "2026-06")]
    periods += [JULY, *(Period.parse(text) for text in ("2026-07-14", "2025-12-31", "2026-01-01", "2026-07-31"))]
    added = {day: Decimal(2) ** number for number, day in enumerate(days)}  # so that no two selections sum to the same
    for day, number in added.items():
        await service.record(
            session, [service.Change(figure.definition.code, STREET, day, number) for figure in FIGURES]
        )
    for _ in range(3):  # nothing folded, a part, everything
        for period in periods:
            counts = await repository.current_counts(session, FIGURES, [HAISHU], period)
            for figure in FIGURES:
                since = period.first if figure.definition.kind is FigureKind.FLOW else date.min
                wanted = sum((number for day, number in added.items() if since <= day < period.end), Decimal(0))
                assert counts[figure.definition.code, HAISHU] == (wanted, Decimal(0)), (
                    str(period),
                    figure.definition.code,
                )
        await repository.fold_batch(session, len(days) * len(FIGURES) // 2)


async def test_the_nightly_proof_finds_nothing_to_mend_folded_or_not(session_of: SessionOf) -> None:
    await _a_month_of_holds(session_of)
    session = await session_of(Unit.TRACEABILITY)
    assert [await service.prove(session, figure) for figure in FIGURES] == [0, 0, 0]
    await service.fold(session)
    assert [await service.prove(session, figure) for figure in FIGURES] == [0, 0, 0]


async def test_the_nightly_proof_mends_a_sum_that_is_not_that_of_its_rows(session_of: SessionOf) -> None:
    await _a_month_of_holds(session_of)
    session = await session_of(Unit.TRACEABILITY)
    await service.fold(session)
    before = await repository.current_counts(session, FIGURES, [HAISHU], JULY)
    await session.execute(text("UPDATE figure_rollups SET numerator = 99 WHERE code = 'traceability.lot_holds'"))
    assert [await service.prove(session, figure) > 0 for figure in FIGURES] == [False, True, False]
    assert await repository.current_counts(session, FIGURES, [HAISHU], JULY) == before


async def test_figures_follow_a_street_that_moves_to_another_district(session_of: SessionOf) -> None:
    await _a_month_of_holds(session_of)
    session = await session_of(Unit.TRACEABILITY)
    await service.fold(session)
    moved = {"street": STREET, "old": HAISHU, "new": "440605000000"}
    await session.execute(
        text("UPDATE region_ancestors SET ancestor_code = :new WHERE code = :street AND ancestor_code = :old"), moved
    )
    for figure in FIGURES:
        await service.prove(session, figure)
    counts = await repository.current_counts(session, FIGURES, [HAISHU, moved["new"]], JULY)
    assert counts[LOT_HOLDS.code, moved["new"]] == FIVE
    assert (LOT_HOLDS.code, HAISHU) not in counts


async def test_a_delta_of_an_unknown_region_waits_instead_of_vanishing(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    await service.record(session, [service.Change(LOT_HOLDS.code, "999999000000", JULY.first, 1)])
    await service.fold(session)
    assert await session.scalar(select(FigureDelta.region_code)) == "999999000000"


async def test_a_sheet_shows_the_region_and_its_children_in_one_snapshot(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    await _a_month_of_holds(session_of)
    leader = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=[HAISHU])
    sheet = (
        await leader.get("/v1/figures/values", params={"region": "330203", "period": "2026-07", "children": True})
    ).json()
    [held] = [value for value in sheet["region"]["figures"] if value["code"] == LOT_HOLDS.code]
    assert (held["state"], held["value"], held["numerator"]) == ("value", "5", "5")
    assert len(sheet["children"]) >= 17  # 7 镇 1 乡 9 街道
    by_child = {child["region_code"]: child["figures"] for child in sheet["children"]}
    states = {
        code: next(v["state"] for v in figures if v["code"] == LOT_HOLDS.code) for code, figures in by_child.items()
    }
    assert states.pop(STREET) == "value"
    assert set(states.values()) == {"missing"}


async def test_the_rows_behind_a_figure_add_up_to_it(session_of: SessionOf, client_of: ClientOf) -> None:
    await _a_month_of_holds(session_of)
    leader = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=[HAISHU])
    parameters = {"region": HAISHU, "period": "2026-07"}
    figure = (await leader.get(f"/v1/figures/{LOTS_ON_HOLD.code}", params=parameters)).json()
    added, cursor = Decimal(0), None
    while True:
        more: dict[str, str | int] = {"cursor": cursor} if cursor else {}
        page = (
            await leader.get(f"/v1/figures/{LOTS_ON_HOLD.code}/rows", params=parameters | {"limit": 2} | more)
        ).json()
        added += sum(Decimal(row["numerator"]) for row in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert added == Decimal(figure["value"]) == 3


async def test_only_the_rows_that_count_in_the_numerator_are_listed_when_asked(session_of: SessionOf) -> None:
    await _a_month_of_holds(session_of)
    session = await session_of(Unit.TRACEABILITY)
    in_force = case((LotHold.released_at.is_(None), 1), else_=0)
    share_in_force = Figure(LOT_HOLDS, lambda: _holds_with(in_force, literal(1)))
    page = PageRequest(None, 50)
    everything, _ = await repository.rows_behind(session, share_in_force, HAISHU, JULY, None, page)
    counted, _ = await repository.rows_behind(session, share_in_force, HAISHU, JULY, None, page, numerator_only=True)
    assert [row.numerator for row in everything].count(0) == 2
    assert [row.id for row in counted] == [row.id for row in everything if row.numerator]


def _holds_with(numerator: ColumnElement[int], denominator: ColumnElement[int]) -> Select[Any]:
    rows = next(figure for figure in FIGURES if figure.definition is LOT_HOLDS).rows().subquery()
    return select(
        rows.c.id,
        rows.c.region_code,
        rows.c.day,
        rows.c.recorded_at,
        numerator.label("numerator"),
        denominator.label("denominator"),
    ).join(LotHold, LotHold.id == rows.c.id)


async def test_the_past_is_recomputed_from_what_was_known_then(session_of: SessionOf, client_of: ClientOf) -> None:
    await _a_month_of_holds(session_of)
    session = await session_of(Unit.TRACEABILITY)
    known = datetime(2026, 8, 1, tzinfo=UTC)
    await session.execute(text("UPDATE lot_holds SET recorded_at = :known"), {"known": known})
    late = await session.scalar(select(LotHold.id).order_by(LotHold.id.desc()).limit(1))
    later = {"later": known + timedelta(days=3), "id": late}
    await session.execute(text("UPDATE lot_holds SET recorded_at = :later WHERE id = :id"), later)
    leader = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=[HAISHU])
    for days, expected in ((-1, None), (1, "4"), (4, "5")):
        answer = await leader.get(
            f"/v1/figures/{LOT_HOLDS.code}",
            params={"region": HAISHU, "period": "2026-07", "as_of": (known + timedelta(days=days)).isoformat()},
        )
        assert answer.json()["value"] == expected, answer.text


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"region": HAISHU, "period": "2026-13"}, "#query/period"),
        ({"region": "33", "period": "2026-07"}, "#query/region"),
        ({"region": HAISHU, "period": "2026-07", "perid": "2026"}, "#query/perid"),
        ({"region": HAISHU}, "#query/period"),
    ],
)
async def test_a_wrong_question_is_answered_with_its_place(
    client_of: ClientOf, parameters: dict[str, str], pointer: str
) -> None:
    leader = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=[HAISHU])
    answer = await leader.get("/v1/figures/values", params=parameters)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_series_is_the_figure_of_each_period_and_ends_with_the_one_asked_for(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    await _a_month_of_holds(session_of)
    leader = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=[HAISHU])
    path = f"/v1/figures/{LOT_HOLDS.code}/series"
    wanted = {"region": HAISHU, "period": "2026-08", "periods": "3"}
    series = (await leader.get(path, params=wanted)).json()
    assert [(point["period"], point["value"]) for point in series] == [
        ("2026-06", "0"),
        ("2026-07", "5"),
        ("2026-08", "0"),
    ]
    for point in series:
        alone = {"region": HAISHU, "period": point["period"]}
        one = (await leader.get(f"/v1/figures/{LOT_HOLDS.code}", params=alone)).json()
        assert point | {"as_of": ""} == one | {"as_of": ""}
    unknown = await leader.get("/v1/figures/traceability.none/series", params=wanted)
    assert unknown.status_code == 404
    stranger = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=["440605000000"])
    assert (await stranger.get(path, params=wanted)).status_code == 403


async def test_another_district_is_not_shown(client_of: ClientOf) -> None:
    stranger = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=["440605000000"])
    answer = await stranger.get("/v1/figures/values", params={"region": HAISHU, "period": "2026-07"})
    assert answer.status_code == 403


async def test_a_stated_value_keeps_its_source_and_its_correction(client_of: ClientOf) -> None:
    office = await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    stated = {
        "code": "002-50",
        "name": "浙食链激活主体",
        "region_code": "330203",
        "kind": "fact",
        "comparison": "=",
        "value": "2777",
        "unit": "家",
        "quote": "浙食链激活主体2777家",
        "source": "宁波市海曙区创建浙江省食品安全示范区自评报告",
    }
    key = {"Idempotency-Key": "0199f3a0-0000-7000-8000-00000000000a"}
    first = await office.post("/v1/registered-figures", json=stated, headers=key)
    assert first.status_code == 201, first.text
    key = {"Idempotency-Key": "0199f3a0-0000-7000-8000-00000000000b"}
    corrected = stated | {"value": "2778", "corrects": first.json()["id"]}
    second = await office.post("/v1/registered-figures", json=corrected, headers=key)
    listed = (await office.get("/v1/registered-figures", params={"region": HAISHU, "code": "002-50"})).json()["items"]
    assert [row["value"] for row in listed] == ["2778"]
    whole = await office.get("/v1/registered-figures", params={"region": HAISHU, "code": "002-50", "superseded": True})
    assert {row["superseded_by"] for row in whole.json()["items"]} == {None, second.json()["id"]}
