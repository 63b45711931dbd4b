"""A report that goes back after its sample was published: the public table says so, and somebody must mend it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio

from services.sampling.samples.models import Sample
from shared.clocks.service import clocks_of
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.sampling.factories import HAISHU, key
from tests.services.sampling.reports.making import LEAD, PASSED, Bench, ok

REASON = {"reason": "已重新核查（演示）"}


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


@pytest_asyncio.fixture
async def anyone(client_of: ClientOf) -> httpx.AsyncClient:
    """Somebody without a token."""
    return await client_of(Unit.SAMPLING)


async def published(office: httpx.AsyncClient, sample: Sample) -> str:
    """The id of a table that tells everybody that the sample passed."""
    body = {
        "kind": "qualified",
        "region_code": HAISHU,
        "number": "演示〔2026〕第7号",
        "title": "合格样品信息（演示）",
        "period_from": str(sample.sampled_on - timedelta(days=1)),
        "period_to": str(day_of(now())),
    }
    table = (await office.post("/v1/publications", json=body, headers=key())).json()
    path = f"/v1/publications/{table['id']}"
    entries = {"samples": [{"sample_id": str(sample.id)}]}
    [outcome] = (await office.post(f"{path}/rows", json=entries, headers=key())).json()["items"]
    assert outcome["outcome"] == "accepted", outcome
    ok(await office.post(f"{path}/publication", headers={"If-Match": '"2"'}))
    return str(table["id"])


async def rows(anyone: httpx.AsyncClient, table: str) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = ok(await anyone.get(f"/v1/published-tables/{table}/rows"))["items"]
    return shown


async def say(office: httpx.AsyncClient, table: str, row: dict[str, Any], **body: Any) -> httpx.Response:
    path = f"/v1/publications/{table}/rows/{row['id']}/corrections"
    return await office.post(path, json=REASON | body, headers=key())


async def returned_after_publication(bench: Bench, office: httpx.AsyncClient) -> tuple[Sample, dict[str, Any], str]:
    """A sample that passed and was published; then its report went back. With the answer to the return."""
    sample = await bench.sample()
    accepted = ok(await bench.accept(await bench.issued(sample, PASSED)))
    assert accepted["warnings"] == []
    table = await published(office, sample)
    [warning] = ok(await bench.officer.get(f"/v1/reports/{accepted['id']}"))["warnings"]
    assert "退回报告，这一行即公开标明“重新核查”" in warning
    return sample, ok(await bench.return_(accepted)), table


async def test_the_answer_warns_and_everybody_reads_that_the_row_is_under_reexamination(
    bench: Bench, office: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    _, answer, table = await returned_after_publication(bench, office)
    [warning] = answer["warnings"]
    assert "已列入已公布的“合格样品信息（演示）”（演示〔2026〕第7号）第 1 行" in warning
    first, mark = await rows(anyone, table)
    assert (first["kind"], first["edition"], first["cells"]) == ("first", 1, mark["cells"])
    assert (mark["kind"], mark["edition"], mark["number"]) == ("reexamination", 2, 1)
    assert (mark["under_reexamination"], mark["withdrawn"]) == (True, False)
    file = (await anyone.get(f"/v1/published-tables/{table}/file")).content.decode("utf-8-sig")
    assert "重新核查：检验报告已退回检验机构更正" in file
    assert "请复核第 1 项的判定" not in file, "why it was returned is between bureau and laboratory"


async def test_who_published_has_it_among_his_duties_until_he_has_said_what_became_of_it(
    bench: Bench, office: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample, _, table = await returned_after_publication(bench, office)
    waiting = "/v1/publications?under_reexamination=true"
    assert [each["id"] for each in ok(await office.get(waiting))["items"]] == [table]
    _, mark = await rows(anyone, table)
    [duty] = ok(await office.get(f"/v1/clocks?object_type=publication_row&object_id={mark['id']}"))["items"]
    assert (duty["state"], duty["effect"], duty["region_code"]) == ("running", "duty", HAISHU)
    for what in ({"upheld": True}, {"changes": {"remark": "演示"}}):
        assert "还没有重新作出结论" in (await say(office, table, mark, **what)).json()["detail"]
    ok(await bench.accept(await bench.issued(sample, PASSED)))
    upheld = await say(office, table, mark, upheld=True)
    assert upheld.status_code == 201, upheld.text
    assert upheld.json()["kind"] == "upheld"
    assert ok(await office.get(waiting))["items"] == []
    [clock] = await clocks_of(bench.session, "publication_row", UUID(mark["id"]))
    assert clock.state == "met"
    assert [row["kind"] for row in await rows(anyone, table)] == ["first", "reexamination", "upheld"]


async def test_a_row_that_no_longer_passes_can_only_be_withdrawn(
    bench: Bench, office: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample, _, table = await returned_after_publication(bench, office)
    ok(await bench.accept(await bench.issued(sample, LEAD, stated_conclusion="unqualified")))
    _, mark = await rows(anyone, table)
    assert "重新核查的结论是“不合格”" in (await say(office, table, mark, upheld=True)).json()["detail"]
    gone = await say(office, table, mark, withdrawn=True)
    assert gone.status_code == 201, gone.text
    assert (await rows(anyone, table))[-1]["withdrawn"] is True


async def test_a_report_returned_twice_is_one_reexamination_and_a_withdrawn_row_none(
    bench: Bench, office: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample, _, table = await returned_after_publication(bench, office)
    again = ok(await bench.accept(await bench.issued(sample, PASSED)))
    ok(await bench.return_(again))
    assert len(await rows(anyone, table)) == 2
    await say(office, table, (await rows(anyone, table))[-1], withdrawn=True)
    third = ok(await bench.accept(await bench.issued(sample, PASSED)))
    assert ok(await bench.return_(third))["warnings"] == []
    assert [row["kind"] for row in await rows(anyone, table)] == ["first", "reexamination", "withdrawal"]


async def test_nothing_is_upheld_that_nobody_doubts(
    bench: Bench, office: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample = await bench.sample()
    ok(await bench.accept(await bench.issued(sample, PASSED)))
    table = await published(office, sample)
    [row] = await rows(anyone, table)
    assert "没有在重新核查" in (await say(office, table, row, upheld=True)).json()["detail"]
    assert (await say(office, table, row, upheld=True, withdrawn=True)).status_code == 422
