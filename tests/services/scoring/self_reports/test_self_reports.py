"""Reports over HTTP: made of what the services answer, frozen, compared, and downloaded as two files of one text."""

import io
import re
import zipfile
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from deploy.demo.registered import by_region
from services.scoring.indicators import source
from services.scoring.self_reports.content import NO_EVIDENCE, ReportContent
from shared.contracts.codes import Role, Unit
from shared.figures.models import RegisteredFigure
from tests.conftest import ClientOf, SessionOf
from tests.services.scoring.evaluations.running import (
    CITY,
    DISTRICT,
    ELSEWHERE,
    SELF_ASSESSED,
    add,
    begun,
    key,
    people_of,
    published,
)
from tests.shared.documents.reading import pages_of

SHAPE = "self-report-haishu-shape"
SAID = {
    "area": "595.5平方公里",
    "population": "105.3万人",
    "gdp": "1400.60亿元",
    "subjects": "21724家",
    "market_funds": "1000余万元",
    "sampled": "4.5批次/千人以上",
    "farm_sampled": "1020批次",
    "feast_kitchens": "55家",
    "fines": "1066.8余万元",
    "meetings": "4次以上",
    "quality_rate": "60.86%",
    "rice": "约2500亩",
}
"""What the paper itself says of some of its figures."""


@pytest_asyncio.fixture
async def office(client_of: ClientOf, session_of: SessionOf, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    """The district's office; scoring reaches the other services themselves, in which the published figures stand."""
    monkeypatch.setattr(source, "BUDGET_SECONDS", 60.0)  # a busy machine says nothing about a service
    asked = {unit: await client_of(unit, Role.FOOD_SAFETY_OFFICE, regions=[DISTRICT]) for unit in Unit}
    for unit, stated in by_region()[DISTRICT]:
        row = dict(stated)
        row["value"] = row["value"] or None
        (await session_of(unit)).add(RegisteredFigure(**row | {"source_date": None}))
    for unit in Unit:
        await (await session_of(unit)).flush()
    scoring = asked[Unit.SCORING]
    app = scoring._transport.app  # type: ignore[attr-defined]
    mounts = {app.state.settings.address_of(unit): client._transport for unit, client in asked.items()}
    app.state.client = httpx.AsyncClient(mounts=mounts)
    return scoring


async def made(client: httpx.AsyncClient, **change: Any) -> httpx.Response:
    body = {"template_code": SHAPE, "region_code": DISTRICT, "period": "2026"} | change
    return await client.post("/v1/self-reports", json=body, headers=key())


async def recorded(client: httpx.AsyncClient, *paragraphs: str, **more: Any) -> None:
    """A template of one's own; `kitchens` is a number that a document states."""
    kitchens = {"label": "农村家宴阳光厨房", "source": "registered", "service": "inspection", "figure": "002-25"}
    content = {
        "title": "{region}自评报告（演示）",
        "source": "演示",
        "readings": {"kitchens": kitchens},
        "sections": [{"heading": "一、情况", "paragraphs": paragraphs}],
    }
    answer = await client.post("/v1/report-templates/own/versions", json=content | more, headers=key())
    assert answer.status_code == 201, answer.text


async def test_the_published_figures_make_the_report_that_quotes_them(office: httpx.AsyncClient) -> None:
    answer = await made(office)
    assert answer.status_code == 201, answer.text
    report = answer.json()
    content = ReportContent.model_validate(report["content"])
    notes = {note.name: note for note in content.notes}
    assert {name: notes[name].printed for name in SAID} == SAID
    assert all(note.value is not None and note.rows for note in content.notes), "each number opens its rows"
    assert content.title == "海曙区创建食品安全示范区自评报告"
    assert (report["sentences"], report["unproved"]) == (len(content.sentences), 10)
    cited = [word.note for one in content.sentences for word in one.words if word.note]
    assert cited.count(notes["feast_kitchens"].number) == 2
    note = await office.get(f"/v1/self-reports/{report['id']}/notes/{notes['area'].number}")
    assert note.json()["source"].endswith("：全区面积595.5平方公里")


async def test_both_files_say_the_report_and_are_the_same_every_time(office: httpx.AsyncClient) -> None:
    report = (await made(office)).json()
    address = f"/v1/self-reports/{report['id']}"
    content = ReportContent.model_validate(report["content"])
    files = [(await office.get(f"{address}/{form}")).content for form in ("document", "document", "pdf", "pdf")]
    assert (files[0], files[2]) == (files[1], files[3])
    with zipfile.ZipFile(io.BytesIO(files[0])) as archive:
        written = archive.read("word/document.xml").decode()
    plain = "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", written))
    shown = "".join(pages_of(files[2]))
    for text in (content.title, report["sha256"], content.sections[1].heading, NO_EVIDENCE):
        assert text in plain and text in shown
    for note in content.notes:
        assert written.count(f'w:name="note_{note.number}"') == 1
        assert f'w:anchor="note_{note.number}"' in written
        assert note.printed in shown


async def test_a_later_report_is_told_apart_from_the_one_before(
    office: httpx.AsyncClient, session_of: SessionOf
) -> None:
    first = (await made(office)).json()
    alone = (await office.get(f"/v1/self-reports/{first['id']}/differences")).json()
    assert (alone["before"], alone["numbers"]) == (None, [])
    session = await session_of(Unit.INSPECTION)
    fact = {"name": "演示", "kind": "fact", "comparison": "=", "unit": "家", "quote": "演示60家", "source": "演示"}
    session.add(RegisteredFigure(code="002-25", region_code=DISTRICT, period="2026", value=60, **fact))
    await session.flush()
    second = (await made(office)).json()
    found = (await office.get(f"/v1/self-reports/{second['id']}/differences")).json()
    assert found["before"]["id"] == first["id"]
    [number] = found["numbers"]
    assert (number["before"], number["after"], number["change"]) == ("55家", "60家", "5")
    assert len(found["sentences"]) == 2, "both sentences that quote it"
    again = (await office.get(f"/v1/self-reports/{first['id']}")).json()
    assert again == first, "what was made stays as it was"


async def test_numbers_that_disagree_are_refused_with_the_places(office: httpx.AsyncClient) -> None:
    other = {"label": "农村家宴阳光厨房", "source": "registered", "service": "inspection", "figure": "002-56"}
    kitchens = other | {"figure": "002-25"}
    readings = {"readings": {"kitchens": kitchens, "again": other}}
    await recorded(office, "完成{kitchens}。", "建成{again}。", **readings)
    refused = await made(office, template_code="own")
    assert (refused.status_code, refused.json()["title"]) == (422, "报告里的数前后不一致")
    [error] = refused.json()["errors"]
    assert error["pointer"] == "/template/sections/0/paragraphs/1"
    assert "28家" in error["message"] and "55家" in error["message"]
    assert (await office.get("/v1/self-reports", params={"template": "own"})).json()["items"] == []


async def test_a_service_that_is_down_leaves_its_numbers_out_and_says_so(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    app = office._transport.app  # type: ignore[attr-defined]
    app.state.client = httpx.AsyncClient(transport=httpx.MockTransport(_down))
    content = ReportContent.model_validate((await made(office)).json()["content"])
    assert {note.state for note in content.notes} == {"unavailable"}
    assert all(note.printed == "（取不到）" for note in content.notes)
    assert not any(one.evidenced for one in content.sentences)


def _down(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody there", request=request)


async def test_scores_vetoes_and_evidence_come_from_the_evaluation(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    people = await people_of(client_of)
    await published(people.city)
    run = await begun(people)
    text = "组织领导到位{clause:A1}。责任制落实{clause:A2}。"
    tables = [
        {"heading": heading, "table": kind} for heading, kind in (("二、得分", "scores"), ("三、否决项", "vetoes"))
    ]
    sections = [{"heading": "一、情况", "paragraphs": [text]}, *tables]
    await recorded(office, readings={}, sections=sections)
    missing = await made(office, template_code="own")
    assert missing.json()["errors"][0]["pointer"] == "/evaluation_id"
    unscored = await made(office, template_code="own", evaluation_id=run["id"])
    assert "还没有计分" in unscored.json()["errors"][0]["message"]
    await add(people.district, run, "statements", **SELF_ASSESSED)
    scoring = (await add(people.district, run, "scorings")).json()
    answer = await made(office, template_code="own", evaluation_id=run["id"])
    assert answer.status_code == 201, answer.text
    content = ReportContent.model_validate(answer.json()["content"])
    assert content.scoring_input_sha256 == scoring["input_sha256"]
    scores, vetoes = content.sections[1].table, content.sections[2].table
    assert scores is not None and vetoes is not None
    assert [row[0] for row in scores.rows] == [
        "A1 组织领导",
        "A2 责任制",
        "A3 储备粮质量",
        "B1 快检量",
        "B2 满意度",
        "合计",
    ]
    assert scores.rows[2][2:5] == ["10", "8", "无系统证据"]
    assert vetoes.rows[0][:2] == ["V1 无重大事故", "符合"]
    assert [one.evidenced for one in content.sentences] == [False, False]


async def test_only_the_own_region_is_reported_on_and_read(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    report = (await made(office)).json()
    assert (await made(office, region_code=CITY)).status_code == 403
    outsider = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[ELSEWHERE])
    for path in ("", "/notes/1", "/differences", "/document", "/pdf"):
        assert (await outsider.get(f"/v1/self-reports/{report['id']}{path}")).status_code == 404
    assert (await outsider.get("/v1/self-reports")).json()["items"] == []
    inspector = await client_of(Unit.SCORING, Role.INSPECTOR, regions=[DISTRICT])
    assert (await made(inspector)).status_code == 403
    assert (await inspector.get(f"/v1/self-reports/{report['id']}")).status_code == 200


async def test_a_template_with_a_bare_number_is_refused_and_a_good_one_becomes_the_next_version(
    office: httpx.AsyncClient,
) -> None:
    bare = {"title": "演示", "source": "演示", "sections": [{"paragraphs": ["建成55家。"]}]}
    refused = await office.post(f"/v1/report-templates/{SHAPE}/versions", json=bare, headers=key())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/sections/0/paragraphs/0")
    good = bare | {"sections": [{"paragraphs": ["建成若干家。"]}]}
    taken = await office.post(f"/v1/report-templates/{SHAPE}/versions", json=good, headers=key())
    assert (taken.status_code, taken.json()["number"]) == (201, 2)
    assert (await made(office)).json()["template_number"] == 2, "the newest one where none is named"
    assert (await made(office, template_number=1)).json()["template_number"] == 1
    assert (await made(office, template_code=f"no-{uuid4().hex[:6]}")).status_code == 404
