import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from gateway.clients import Refused
from gateway.dashboards import section
from gateway.dashboards.last_good import LastGood
from gateway.dashboards.region import NothingToShow, read_dashboard
from gateway.dashboards.schemas import Dashboard, SectionStatus
from shared.contracts.codes import SERVICES, Role, Unit
from shared.contracts.figures import Period
from shared.http.auth import Actor
from tests.gateway.dashboards.wire import CALLER, DISTRICT, Wire
from tests.virtual_time import in_virtual_time

JULY = Period.parse("2026-07")


def actor(*regions: str) -> Actor:
    return Actor(
        id=uuid4(),
        name="测试人员",
        kind="user",
        roles=frozenset({Role.LEADER}),
        regions=regions or (DISTRICT,),
        organisation_id=None,
        business_id=None,
        scopes=frozenset(),
    )


@pytest.fixture(autouse=True)
def short_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section, "BUDGET_SECONDS", 0.2)
    monkeypatch.setattr(section, "FIRST_BUDGET_SECONDS", 0.4)


@pytest.fixture
def kept() -> LastGood:
    return LastGood()


async def read(wire: Wire, kept: LastGood, who: Actor | None = None) -> Dashboard:
    return await read_dashboard(wire.services(), kept, DISTRICT, JULY, who or actor(), CALLER)


def statuses(dashboard: Dashboard) -> dict[Unit, SectionStatus]:
    return {part.service: part.status for part in dashboard.sections}


@in_virtual_time
async def test_all_four_sections_stand_in_order_with_their_comparison(kept: LastGood) -> None:
    dashboard = await read(Wire(), kept)
    assert statuses(dashboard) == dict.fromkeys(SERVICES, SectionStatus.OK)
    assert (dashboard.region_name, dashboard.previous_period) == ("海曙区", "2026-06")
    figure = dashboard.sections[0].figures[0]
    assert figure.previous_value is not None
    assert figure.figure.rows.startswith("/api/sampling/v1/figures/sampling.pass_rate/rows?")


@in_virtual_time
async def test_the_services_hear_the_callers_token_and_the_request_id(kept: LastGood) -> None:
    wire = Wire()
    await read(wire, kept)
    assert {request.headers["authorization"] for request in wire.asked} == {"Bearer the-callers-token"}
    assert {request.headers["x-request-id"] for request in wire.asked} == {CALLER.request_id}


@pytest.mark.parametrize("fault", ["slow", "broken", "unreachable", "speaks another version"])
@in_virtual_time
async def test_a_silent_service_is_named_and_the_rest_stands(kept: LastGood, fault: str) -> None:
    dashboard = await read(Wire({Unit.TRACEABILITY: fault}), kept)
    assert statuses(dashboard)[Unit.TRACEABILITY] is SectionStatus.UNAVAILABLE
    assert [part.note for part in dashboard.sections if part.note] == ["追溯服务暂不可用，稍后刷新再看"]
    assert list(statuses(dashboard).values()).count(SectionStatus.OK) == 3


@in_virtual_time
async def test_slow_services_cost_the_page_one_budget_not_four(kept: LastGood) -> None:
    await read(Wire(), kept)
    started = asyncio.get_running_loop().time()
    await read(Wire(dict.fromkeys(SERVICES[1:], "slow")), kept)
    assert asyncio.get_running_loop().time() - started == pytest.approx(section.BUDGET_SECONDS)


@in_virtual_time
async def test_right_after_the_start_a_section_is_waited_for_longer(
    kept: LastGood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(section, "FIRST_BUDGET_SECONDS", 3)
    cold = Wire(dict.fromkeys(SERVICES, "hesitant"))
    assert set(statuses(await read(cold, kept)).values()) == {SectionStatus.OK}
    assert set(statuses(await read(cold, kept)).values()) == {SectionStatus.STALE}, "once it has answered, no longer"


@in_virtual_time
async def test_a_service_that_stays_silent_is_waited_for_longer_only_at_the_start(
    kept: LastGood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(section, "FIRST_BUDGET_SECONDS", 3)
    monkeypatch.setattr("gateway.dashboards.last_good.COLD_SECONDS", 0)
    started = asyncio.get_running_loop().time()
    await read(Wire({Unit.SCORING: "slow"}), kept)
    assert asyncio.get_running_loop().time() - started == pytest.approx(section.BUDGET_SECONDS)


@in_virtual_time
async def test_what_was_seen_before_is_shown_as_stale_with_its_time(kept: LastGood) -> None:
    fresh = await read(Wire(), kept)
    dashboard = await read(Wire({Unit.SCORING: "unreachable"}), kept)
    stale = dashboard.sections[3]
    assert stale.status is SectionStatus.STALE
    assert stale.as_of == fresh.sections[3].as_of
    assert stale.figures[0].figure == fresh.sections[3].figures[0].figure


@in_virtual_time
async def test_nobody_is_shown_what_was_kept_for_somebody_else(kept: LastGood) -> None:
    await read(Wire(), kept, actor(DISTRICT))
    system = replace(actor(DISTRICT), kind="client", scopes=frozenset({"gateway:read", "sampling:read"}))
    for somebody_else in actor("330200000000"), system:
        dashboard = await read(Wire({Unit.SCORING: "unreachable"}), kept, somebody_else)
        assert statuses(dashboard)[Unit.SCORING] is SectionStatus.UNAVAILABLE


@in_virtual_time
async def test_without_the_last_period_the_section_is_partial_and_says_so(kept: LastGood) -> None:
    dashboard = await read(Wire(no_past={Unit.INSPECTION}), kept)
    part = dashboard.sections[2]
    assert (part.status, part.note) == (SectionStatus.PARTIAL, "没有取到2026年6月的数，暂不能比较")
    assert part.figures[0].figure.value is not None
    assert part.figures[0].previous_value is None


@in_virtual_time
async def test_only_when_all_are_silent_there_is_nothing_to_show(kept: LastGood) -> None:
    with pytest.raises(NothingToShow) as raised:
        await read(Wire(dict.fromkeys(SERVICES, "unreachable")), kept)
    assert raised.value.status == 503
    await read(Wire(), kept)
    stale = await read(Wire(dict.fromkeys(SERVICES, "unreachable")), kept)
    assert set(statuses(stale).values()) == {SectionStatus.STALE}


@in_virtual_time
async def test_a_refusal_is_passed_on_in_the_services_own_words(kept: LastGood) -> None:
    with pytest.raises(Refused) as raised:
        await read(Wire(dict.fromkeys(SERVICES, "refuses")), kept)
    document = raised.value.document(instance=None, request_id=None)
    assert (document["status"], document["type"]) == (403, "/problems/outside-region")


@in_virtual_time
async def test_a_refusal_is_never_answered_from_memory(kept: LastGood) -> None:
    await read(Wire(), kept)
    dashboard = await read(Wire({Unit.SAMPLING: "refuses"}), kept)
    assert (dashboard.sections[0].status, dashboard.sections[0].figures) == (SectionStatus.UNAVAILABLE, [])


@in_virtual_time
async def test_children_are_ranked_for_each_figure(kept: LastGood) -> None:
    wire = Wire(children=[("330203001000", "一街", "98.0"), ("330203002000", "二街", "99.0")])
    figure = (await read(wire, kept)).sections[0].figures[0]
    assert [(child.rank, child.region_name) for child in figure.children] == [(1, "二街"), (2, "一街")]


@in_virtual_time
async def test_a_look_back_asks_for_what_was_known_then_and_takes_nothing_from_memory(kept: LastGood) -> None:
    await read(Wire(), kept)
    moment = datetime(2026, 7, 20, 1, 30, tzinfo=UTC)
    wire = Wire({Unit.SCORING: "unreachable"})
    dashboard = await read_dashboard(wire.services(), kept, DISTRICT, JULY, actor(), CALLER, moment)
    assert {request.url.params["as_of"] for request in wire.asked} == {"2026-07-20T01:30:00+00:00"}
    assert statuses(dashboard)[Unit.SCORING] is SectionStatus.UNAVAILABLE, "what was kept is of now, not of then"
    assert dashboard.as_known_at == moment
    assert dashboard.not_rewound
    assert (await read(Wire(), kept)).not_rewound == []


@in_virtual_time
async def test_a_look_back_may_take_longer_and_is_not_kept_for_now(kept: LastGood) -> None:
    wire = Wire(dict.fromkeys(SERVICES, "hesitant"))
    moment = datetime(2026, 7, 20, 1, 30, tzinfo=UTC)
    then = await read_dashboard(wire.services(), kept, DISTRICT, JULY, actor(), CALLER, moment)
    assert set(statuses(then).values()) == {SectionStatus.OK}
    with pytest.raises(NothingToShow):
        await read(Wire(dict.fromkeys(SERVICES, "unreachable")), kept)


@in_virtual_time
async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch, kept: LastGood) -> None:
    monkeypatch.setattr("gateway.dashboards.last_good.KEPT", 4)
    await read(Wire(), kept)
    other = Period.parse("2026-06")
    await read_dashboard(Wire().services(), kept, DISTRICT, other, actor(), CALLER)
    dashboard_of_july = read(Wire(dict.fromkeys(SERVICES, "unreachable")), kept)
    with pytest.raises(NothingToShow):
        await dashboard_of_july
