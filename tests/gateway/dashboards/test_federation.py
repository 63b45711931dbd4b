"""A city's board over its counties' platforms: what may be added, what is only shown, who is silent."""

import asyncio
import gzip
import json
import re
import tomllib
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from gateway.dashboards.federation.answers import MOST_BYTES, Silent, ask
from gateway.dashboards.federation.deployments import Deployment, FederationFileError, read_deployments
from gateway.dashboards.federation.reading import Memory, read_federated
from gateway.dashboards.federation.totals import Told, combined
from gateway.dashboards.schemas import Dashboard, DashboardFigure, Section, SectionStatus
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import FigureDefinition, FigureState, FigureValue, Period
from shared.contracts.regions import normalise_region_code
from shared.regions.sources import shipped_regions
from shared.transport import make_transport
from tests.conftest import ClientOf
from tests.gateway.dashboards.wire import AS_OF, definition_of
from tests.virtual_time import in_virtual_time

JULY = Period.parse("2026-07")
COUNTIES = {"330203000000": "海曙区", "330212000000": "鄞州区", "330226000000": "宁海县"}


def figure(region: str, numerator: str | None, denominator: str | None = "100", **changes: Any) -> FigureValue:
    """A share as a county tells it; without a numerator nothing was recorded."""
    known = numerator is not None and denominator is not None
    return FigureValue(
        code="sampling.pass_rate",
        definition_version=1,
        region_code=region,
        period="2026-07",
        state=FigureState.MISSING if not known else FigureState.VALUE if Decimal(numerator or 0) else FigureState.ZERO,
        value=Decimal(numerator or 0) * 100 / Decimal(denominator or 1) if known else None,
        numerator=Decimal(numerator) if known and numerator else None,
        denominator=Decimal(denominator) if known and denominator else None,
        low=None,
        high=None,
        as_of=AS_OF,
        rows="/api/sampling/v1/figures/sampling.pass_rate/rows",
    ).model_copy(update=changes)


def told(region: str, value: FigureValue, definition: FigureDefinition | None = None) -> Told:
    return Told(COUNTIES[region], definition or definition_of(), value)


def test_a_share_over_counties_is_taken_of_all_their_records_and_is_no_mean_of_shares() -> None:
    few, many = figure("330203000000", "1", "10"), figure("330212000000", "81", "90")
    total = combined([told("330203000000", few), told("330212000000", many)], []).total
    assert [total.numerator, total.denominator, total.value] == [82, 100, 82]
    assert total.low is not None
    assert total.high is not None
    assert total.low < 82 < total.high
    assert (total.covers, total.note) == (["330203000000", "330212000000"], "")


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda pair: (min(pair), max(pair))),
        min_size=1,
        max_size=3,
    )
)
def test_the_sum_over_counties_is_that_of_one_platform_that_holds_all_their_rows(counts: list[tuple[int, int]]) -> None:
    members = [
        told(region, figure(region, str(numerator), str(denominator)))
        for region, (numerator, denominator) in zip(COUNTIES, counts, strict=False)
    ]
    total = combined(members, []).total
    assert [total.numerator, total.denominator] == [sum(n for n, _ in counts), sum(d for _, d in counts)]
    assert total.state is (FigureState.VALUE if total.numerator else FigureState.ZERO)


def test_who_told_nothing_is_named_and_not_counted_as_zero() -> None:
    missing = figure("330212000000", None)
    total = combined(
        [told("330203000000", figure("330203000000", "9", "10")), told("330212000000", missing)], ["宁海县"]
    ).total
    assert total.value == 90
    assert total.covers == ["330203000000"]
    assert total.note == "不含：鄞州区、宁海县"


def test_where_nobody_has_a_number_there_is_no_sum() -> None:
    total = combined([told(region, figure(region, None)) for region in COUNTIES], []).total
    assert (total.state, total.value, total.covers) == (FigureState.MISSING, None, [])


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"numerator": "另一种数法"}, {"unit": "家"}, {"population": "registered"}]
)
def test_what_does_not_mean_the_same_is_said_and_neither_added_nor_ranked(change: dict[str, Any]) -> None:
    other = definition_of().model_copy(update=change)
    found = combined(
        [
            told("330203000000", figure("330203000000", "9", "10")),
            told("330212000000", figure("330212000000", "8", "10"), other),
        ],
        [],
    )
    assert (found.total.state, found.total.value) == (FigureState.NOT_APPLICABLE, None)
    assert found.total.note.startswith("口径不同，不相加、不排名：海曙区第 1 版，鄞州区第")
    assert [child.rank for child in found.members] == [None, None]
    assert {child.figure.value for child in found.members} == {80, 90}, "each still stands with its own"


def test_another_wording_of_the_same_definition_is_the_same() -> None:
    reworded = definition_of().model_copy(update={"note": "换一种说法", "decimals": 3})
    members = [told("330203000000", figure("330203000000", "9", "10"))]
    members += [told("330212000000", figure("330212000000", "8", "10"), reworded)]
    assert combined(members, []).total.value == 85


def deployment(region: str, **changes: Any) -> Deployment:
    return Deployment.model_validate(
        {
            "region": region,
            "name": COUNTIES.get(region, region),
            "gateway": f"https://county-{region[:6]}.example",
            "client_id": uuid4(),
            "client_key": SecretStr("shian_" + "k" * 30),
            "budget_seconds": 0.3,
        }
        | changes
    )


class Counties:
    """Gateways of counties as they are met on the wire; `behaviour` by the first six digits.

    One that is `hostile` gives the answers in `instead`, by the last part of the path.
    """

    def __init__(self, instead: dict[str, Callable[[bytes], httpx.Response]] | None = None, **behaviour: str) -> None:
        self.instead = instead or {}
        self.behaviour = {name.removeprefix("at_"): what for name, what in behaviour.items()}
        self.asked: list[httpx.Request] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self.honest(request)
        if self.behaviour.get(request.url.host[7:13]) == "hostile":
            instead = self.instead.get(request.url.path.rpartition("/")[2])
            return instead(answer.content) if instead else answer
        return answer

    async def honest(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        county = request.url.host.removeprefix("county-").removesuffix(".example")
        match self.behaviour.get(county, "fine"):
            case "slow":
                await asyncio.sleep(30)
            case "unreachable":
                raise httpx.ConnectError("refused", request=request)
            case "another version":
                return httpx.Response(200, json={"access_token": "t", "expires_in": 600, "parts": []})
            case "refuses":
                return httpx.Response(401, json={"title": "密钥不对"})
        if request.url.path == "/api/v1/tokens":
            return httpx.Response(200, json={"access_token": county, "expires_in": 600})
        assert request.headers["authorization"] == f"Bearer {county}", "never another county's token"
        region = county + "000000"
        figures = [
            DashboardFigure(
                definition=definition_of(), figure=figure(region, "9", "10"), previous_value=None, children=[]
            )
        ]
        section = Section(
            service=Unit.SAMPLING, title="抽检快检", status=SectionStatus.OK, as_of=AS_OF, note="", figures=figures
        )
        dashboard = Dashboard(
            region_code=region,
            region_name="?",
            period=request.url.params["period"],
            previous_period="2026-06",
            as_known_at=None,
            not_rewound=[],
            sections=[section],
        )
        return httpx.Response(200, json=dashboard.model_dump(mode="json"))

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.answer))


DEPLOYMENTS = [deployment(region) for region in COUNTIES]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("slow", "0.3 秒内没有答复"),
        ("unreachable", "连不上"),
        ("another version", "答复的形式本平台不认识，两边的版本可能不同（region_code：缺少这一项）"),
        ("refuses", "没有让本平台进入：密钥不对"),
    ],
)
@in_virtual_time
async def test_a_county_that_does_not_answer_is_named_and_costs_its_own_budget_only(fault: str, said: str) -> None:
    board = await read_federated(Counties(at_330212=fault).client(), Memory(), DEPLOYMENTS, JULY)
    assert asyncio.get_running_loop().time() == pytest.approx(0.3 if fault == "slow" else 0)
    assert [member.status.value for member in board.members] == ["ok", "unavailable", "ok"]
    assert board.members[1].note == said
    assert board.figures[0].total.note == "不含：鄞州区"
    assert board.figures[0].total.numerator == 18


@in_virtual_time
async def test_what_a_county_told_before_is_shown_as_stale_with_its_time() -> None:
    memory = Memory()
    await read_federated(Counties().client(), memory, DEPLOYMENTS, JULY)
    board = await read_federated(Counties(at_330226="unreachable").client(), memory, DEPLOYMENTS, JULY)
    stale = board.members[2]
    assert (stale.status, stale.as_of, stale.note) == (SectionStatus.STALE, AS_OF, "连不上，显示的是之前取到的数")
    assert [(part.service, part.status) for part in stale.sections] == [(Unit.SAMPLING, SectionStatus.STALE)]
    assert [part.status for part in board.members[0].sections] == [SectionStatus.OK]
    assert board.figures[0].total.numerator == 27
    other = await read_federated(Counties(at_330226="unreachable").client(), memory, DEPLOYMENTS, JULY.previous)
    assert other.members[2].status is SectionStatus.UNAVAILABLE, "what was told of July is not of June"
    assert other.members[2].sections == []


def saying(**changes: Any) -> Callable[[bytes], httpx.Response]:
    """The honest dashboard with another value in some places: of its only section, of its only figure."""

    def answer(honest: bytes) -> httpx.Response:
        told = json.loads(honest)
        section = told["sections"][0]
        parts = {"definition": section["figures"][0]["definition"], "figure": section["figures"][0]["figure"]}
        for place, value in changes.items():
            part, _, name = place.partition("__")
            ({"dashboard": told, "section": section} | parts)[part][name] = value
        return httpx.Response(200, json=told)

    return answer


def with_body(body: str) -> Callable[[bytes], httpx.Response]:
    return lambda _: httpx.Response(200, content=body.encode())


DEEP = "[" * 200_000 + "]" * 200_000


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ({"tokens": with_body(DEEP)}, "没有给出令牌"),
        ({"tokens": with_body('{"access_token": "口令", "expires_in": 600}')}, "没有给出令牌"),
        ({"tokens": with_body('{"access_token": "t", "expires_in": 1e999}')}, "没有给出令牌"),
        ({"tokens": lambda _: httpx.Response(403, content=DEEP)}, "没有让本平台进入：没有说明原因"),
        ({"dashboard": lambda _: httpx.Response(302, headers={"Location": "/"})}, "答复 302"),
        ({"dashboard": with_body(DEEP)}, "（不是 JSON）"),
        ({"dashboard": saying(figure__numerator="1e999999")}, "figure/numerator：应小于"),
        ({"dashboard": saying(figure__value="1e999999")}, "figure/value：应小于"),
        ({"dashboard": saying(figure__denominator="1e-999999")}, "figure/denominator：小数至多 6 位"),
        ({"dashboard": saying(definition__decimals=30)}, "definition/decimals：应不大于 4"),
        ({"dashboard": saying(definition__version=10**30)}, "definition/version：应不大于"),
        ({"dashboard": saying(definition__name="长" * 100_000)}, "definition/name：至多 1000 字"),
        ({"dashboard": saying(definition__denominator=None, definition__population="resident")}, "口径对不上"),
        ({"dashboard": saying(figure__region_code="110000000000")}, "夹有别的地区或期间的数（sampling.pass_rate）"),
        ({"dashboard": saying(figure__period="2026-06")}, "夹有别的地区或期间的数（sampling.pass_rate）"),
        ({"dashboard": saying(figure__definition_version=2)}, "口径对不上（sampling.pass_rate）"),
        ({"dashboard": saying(figure__state="missing")}, "口径对不上（sampling.pass_rate）"),
        ({"dashboard": saying(section__service="scoring")}, "口径对不上（sampling.pass_rate）"),
        ({"dashboard": saying(section__as_of="2026-07-24T02:32:00")}, "sections/0/as_of：时间须带时区"),
        ({"dashboard": saying(figure__as_of="0001-01-01T00:00:00+14:00")}, "figure/as_of：应不小于"),
        ({"dashboard": saying(dashboard__period="2026-06")}, "答复的不是所问的地区与期间"),
        ({"dashboard": saying(dashboard__region_code="330203000000")}, "答复的不是所问的地区与期间"),
    ],
)
@in_virtual_time
async def test_an_answer_that_cannot_be_believed_costs_its_own_county_only_and_is_not_kept(
    instead: dict[str, Callable[[bytes], httpx.Response]], said: str
) -> None:
    memory = Memory()
    board = await read_federated(Counties(instead, at_330212="hostile").client(), memory, DEPLOYMENTS, JULY)
    assert [member.status.value for member in board.members] == ["ok", "unavailable", "ok"]
    assert said in board.members[1].note
    assert len(board.members[1].note) < 200
    assert [board.figures[0].total.numerator, board.figures[0].total.note] == [18, "不含：鄞州区"]
    later = await read_federated(Counties(at_330212="slow").client(), memory, DEPLOYMENTS, JULY)
    assert [member.status.value for member in later.members] == ["ok", "unavailable", "ok"]
    again = await read_federated(Counties().client(), memory, DEPLOYMENTS, JULY)
    assert [member.status.value for member in again.members] == ["ok", "ok", "ok"]


@in_virtual_time
async def test_a_county_that_tells_more_than_we_know_of_is_read_as_far_as_we_do() -> None:
    instead = {"dashboard": saying(figure__median="1", definition__colour="red", section__new=[], dashboard__next="?")}
    board = await read_federated(Counties(instead, at_330212="hostile").client(), Memory(), DEPLOYMENTS, JULY)
    assert [board.members[1].status.value, board.figures[0].total.numerator] == ["ok", 27]


@in_virtual_time
async def test_a_zero_however_it_is_written_is_shown_as_zero() -> None:
    instead = {"dashboard": saying(figure__numerator="0e999999", figure__value="0e-999999", figure__state="zero")}
    board = await read_federated(Counties(instead, at_330212="hostile").client(), Memory(), DEPLOYMENTS, JULY)
    [figure] = board.model_dump(mode="json")["figures"]
    assert [child["figure"]["numerator"] for child in figure["members"]] == ["9", "9", "0"]


@in_virtual_time
async def test_of_an_answer_without_end_no_more_is_read_than_a_board_can_be() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10 * MOST_BYTES:
            sent += 2**16
            yield b" " * 2**16

    instead = {"dashboard": lambda _: httpx.Response(200, content=endless())}
    board = await read_federated(Counties(instead, at_330212="hostile").client(), Memory(), DEPLOYMENTS, JULY)
    assert board.members[1].note == "答复超过 4 MB，没有读完"
    assert sent <= MOST_BYTES + 2**16


@in_virtual_time
async def test_a_compressed_answer_is_not_unfolded() -> None:
    def folded(honest: bytes) -> httpx.Response:
        async def once() -> AsyncIterator[bytes]:
            yield gzip.compress(honest)

        return httpx.Response(200, content=once(), headers={"Content-Encoding": "gzip"})

    counties = Counties({"dashboard": folded}, at_330212="hostile")
    board = await read_federated(counties.client(), Memory(), DEPLOYMENTS, JULY)
    assert board.members[1].note == "答复是压缩过的，本平台只收不压缩的"
    assert {request.headers["accept-encoding"] for request in counties.asked} == {"identity"}


@pytest.mark.parametrize("words", [b"HELLO\r\n\r\n", b"HTTP/1.1 200 \xff\r\nContent-Length: 0\r\n\r\n"])
async def test_what_answers_no_http_is_a_county_that_gave_no_answer(words: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        writer.close()

    async with (
        await asyncio.start_server(answer, "127.0.0.1", 0) as server,
        httpx.AsyncClient(transport=make_transport()) as client,
    ):
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Silent, match="答复的不是 HTTP"):
            await ask(client, "GET", f"http://127.0.0.1:{port}/", {})


def test_less_than_nothing_is_shown_but_not_added() -> None:
    count = definition_of().model_copy(update={"denominator": None})
    members = [
        told("330203000000", figure("330203000000", "9"), count),
        told("330212000000", figure("330212000000", "-5"), count),
    ]
    found = combined(members, [])
    assert [found.total.numerator, found.total.covers, found.total.note] == [9, ["330203000000"], "不含：鄞州区"]
    assert len(found.members) == 2


@in_virtual_time
async def test_a_token_is_asked_for_once_while_it_is_good() -> None:
    memory, counties = Memory(), Counties()
    for _ in range(3):
        await read_federated(counties.client(), memory, DEPLOYMENTS[:1], JULY)
    assert [request.url.path for request in counties.asked].count("/api/v1/tokens") == 1


async def test_only_the_counties_of_the_callers_own_region_are_asked(client_of: ClientOf) -> None:
    far_apart = (deployment("330203000000"), deployment("440605000000"))
    for regions, seen in ((["330203000000", "440600000000"], 2), (["330000000000"], 1), (["330203001000"], 0)):
        caller = await client_of(Unit.GATEWAY, Role.LEADER, regions=regions)
        transport = caller._transport
        assert isinstance(transport, httpx.ASGITransport)
        state = cast(FastAPI, transport.app).state
        counties = Counties()
        state.deployments, state.client = far_apart, counties.client()
        answer = await caller.get("/api/v1/federation/dashboard", params={"period": "2026-07"})
        asked = {request.url.host for request in counties.asked}
        assert len(asked) == seen
        if seen:
            assert [member["status"] for member in answer.json()["members"]] == ["ok"] * seen
        else:
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


LISTED = """
[[deployments]]
region = "{one}"
name = "甲"
gateway = "https://one.example"
client_id = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"
client_key = "shian_secret"
[[deployments]]
region = "{other}"
name = "乙"
gateway = "https://other.example"
client_id = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c"
client_key = "shian_secret"
"""


def test_counties_that_overlap_are_refused_at_the_start_without_telling_a_key(tmp_path: Path) -> None:
    file = tmp_path / "federation.toml"
    file.write_text(LISTED.format(one="330203", other="330212"), encoding="utf-8")
    assert [each.region for each in read_deployments(file)] == ["330203000000", "330212000000"]
    file.write_text(LISTED.format(one="330200", other="330212"), encoding="utf-8")
    with pytest.raises(FederationFileError) as refused:
        read_deployments(file)
    assert "甲与乙的区划重叠，合计会重复" in str(refused.value)
    file.write_text(
        LISTED.format(one="330203", other="330212").replace("0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c", "x"), "utf-8"
    )
    with pytest.raises(FederationFileError, match="第 2 家（乙）的 client_id：应为 UUID"):
        read_deployments(file)
    file.write_text(LISTED.format(one="330200", other="330212"), encoding="utf-8")
    with pytest.raises(FederationFileError) as refused:
        read_deployments(file)
    assert "shian_secret" not in str(refused.value)


def test_the_list_in_the_guide_names_regions_that_come_with_the_platform() -> None:
    [listed] = re.findall(r"```toml\n(.*?)```", Path("docs/guide/federation.md").read_text("utf-8"), re.DOTALL)
    delivered = {region.code for region in shipped_regions()}
    assert {normalise_region_code(each["region"]) for each in tomllib.loads(listed)["deployments"]} <= delivered


def test_without_a_file_there_are_none_and_a_broken_one_is_said(tmp_path: Path) -> None:
    assert read_deployments(None) == ()
    with pytest.raises(FederationFileError, match="读不了下级平台清单"):
        read_deployments(tmp_path / "nowhere.toml")
