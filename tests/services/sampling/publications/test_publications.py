"""Tables of results: put together from final samples, published whole or not at all, corrected beside what stands."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import DisposalCase, ResultNotice
from services.sampling.disposals.repository import cases_of
from services.sampling.laboratories.models import Laboratory
from services.sampling.publications.reexamination import REPORT_RETURNED, mark_for_reexamination
from services.sampling.publications.rules import PublicationKind
from services.sampling.publications.snapshots import final_items
from services.sampling.publications.tables import COLUMNS, UNKNOWN
from services.sampling.retests.models import Retest
from services.sampling.samples.models import Sample
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Conclusion, Stream, UnqualifiedItem
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.sampling.apart import person
from tests.services.sampling.disposals.making import LEAD, act, concluded_sample, done, finding, opened, path_of, read
from tests.services.sampling.factories import HAISHU, NANHAI, key

SAMPLED_ON = date(2026, 6, 20)
CONCLUDED_AT = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
SERVED_AT = datetime(2026, 7, 3, 2, 0, tzinfo=UTC)
"""So long ago, in a year whose holidays are known, that the windows have surely run out."""

FORM = {
    "sampled_party": {
        "address": "演示路 2 号（虚构）",
        "legal_representative": "演示法人甲（虚构）",
        "contact": "演示联系人乙（虚构）",
        "phone": "13800000000",
    },
    "producer": {"contact": "演示联系人丙（虚构）", "phone": "13900000000"},
    "goods": {"specification": "=500克/袋", "trade_mark": "演示牌"},
    "samplers": [{"name": "演示抽样员丁（虚构）", "phone": "13700000000"}],
}


async def a_sample(session: AsyncSession, **change: Any) -> Sample:
    fields = {"sampled_on": SAMPLED_ON, "concluded_at": CONCLUDED_AT, "form": FORM} | change
    return await concluded_sample(session, **fields)


async def a_failure(
    session: AsyncSession, handler: httpx.AsyncClient, *, served_at: datetime | None = SERVED_AT, **change: Any
) -> Sample:
    """An unqualified sample whose result was served on producer and seller, and written down the same day; None: on
    nobody yet.
    """
    sample = await a_sample(session, **change)
    for case in (await opened(session, sample, finding(CONCLUDED_AT))).values():
        if served_at is not None:
            await serve(handler, case, served_at)
            written = update(ResultNotice).where(ResultNotice.case_id == case.id).values(recorded_at=served_at)
            await session.execute(written)
    return sample


async def serve(handler: httpx.AsyncClient, case: DisposalCase, at: datetime) -> None:
    for notice in (await read(handler, path_of(case)))["notices"]:
        step = f"result-notices/{notice['id']}/service"
        await done(handler, path_of(case), step, at=at.isoformat(), method="in_person", evidence=["演示回证"])


async def a_pass(session: AsyncSession, **change: Any) -> Sample:
    return await a_sample(session, conclusion=Conclusion.QUALIFIED, **change)


def table(**change: Any) -> dict[str, Any]:
    return {
        "kind": "unqualified",
        "region_code": HAISHU,
        "number": f"演示〔2026〕{uuid4().hex[:6]}号",
        "title": "食品安全监督抽检不合格样品信息（演示）",
        "period_from": "2026-06-01",
        "period_to": "2026-06-30",
        "link": "https://www.example.gov.cn/1.html",
    } | change


async def drafted(office: httpx.AsyncClient, *samples: Sample, remark: str = "", **change: Any) -> dict[str, Any]:
    """A draft with these samples in it."""
    answer = await office.post("/v1/publications", json=table(**change), headers=key())
    assert answer.status_code == 201, answer.text
    draft: dict[str, Any] = answer.json()
    if samples:
        outcomes = await enlisted(office, draft, *samples, remark=remark)
        assert [outcome["outcome"] for outcome in outcomes] == ["accepted"] * len(samples), outcomes
        return await read(office, f"/v1/publications/{draft['id']}")
    return draft


async def enlisted(
    office: httpx.AsyncClient, draft: dict[str, Any], *samples: Sample, remark: str = ""
) -> list[dict[str, Any]]:
    body = {"samples": [{"sample_id": str(sample.id), "remark": remark} for sample in samples]}
    answer = await office.post(f"/v1/publications/{draft['id']}/rows", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def reasons(office: httpx.AsyncClient, sample: Sample, **change: Any) -> str:
    """Why the sample may not be listed, in one text."""
    [outcome] = await enlisted(office, await drafted(office, **change), sample)
    assert (outcome["outcome"], outcome["row_id"]) == ("rejected", None), outcome
    return "；".join(outcome["reasons"])


async def publication(office: httpx.AsyncClient, draft: dict[str, Any]) -> httpx.Response:
    headers = {"If-Match": f'"{draft["version"]}"'}
    return await office.post(f"/v1/publications/{draft['id']}/publication", headers=headers)


async def published(office: httpx.AsyncClient, *samples: Sample, **change: Any) -> dict[str, Any]:
    answer = await publication(office, await drafted(office, *samples, **change))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def rows_of(anyone: httpx.AsyncClient, found: dict[str, Any], **parameters: str) -> list[dict[str, Any]]:
    answer = await anyone.get(f"/v1/published-tables/{found['id']}/rows", params=parameters)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["items"]
    return rows


async def corrected(office: httpx.AsyncClient, found: dict[str, Any], row_id: str, **body: Any) -> httpx.Response:
    path = f"/v1/publications/{found['id']}/rows/{row_id}/corrections"
    return await office.post(path, json={"reason": "抄录有误（演示）"} | body, headers=key())


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_a_final_failure_is_published_with_its_columns_and_what_is_unknown_is_said_so(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler)
    found = await published(office, sample)
    assert (found["state"], found["row_count"], found["announced_on"]) == ("published", 1, str(day_of(now())))
    [row] = await rows_of(anyone, found)
    assert (row["number"], row["edition"]) == (1, 1)
    assert row["cells"] == {
        "sample_number": sample.number,
        "producer_name": "演示食品厂（虚构）",
        "producer_address": None,
        "sampled_party_name": "演示超市（虚构）",
        "sampled_party_address": "演示路 2 号（虚构）",
        "province": "浙江省",
        "food_name": "粉丝",
        "specification": "=500克/袋",
        "trade_mark": "演示牌",
        "date_and_lot": "DEMO-LOT-1",
        "category": None,
        "failed_items": [LEAD.model_dump()],
        "laboratory": None,
        "task_source": "演示",
        "remark": "",
    }
    entries = (await read(office, f"/v1/samples/{sample.id}"))["entries"]
    assert [entry["kind"] for entry in entries] == ["published"]


async def test_a_published_file_has_exactly_the_announced_columns_and_runs_no_formula(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    found = await published(office, await a_failure(session, handler))
    path = f"/v1/published-tables/{found['id']}/file"
    as_csv = await anyone.get(path)
    assert as_csv.content.startswith(b"\xef\xbb\xbf")
    [line] = lines(as_csv.content)
    columns = COLUMNS[PublicationKind.UNQUALIFIED]
    assert tuple(line) == columns
    assert line["不合格项目║检验结果║标准值"] == "铅（以 Pb 计）║0.52 mg/kg║≤0.2 mg/kg"
    assert (line["不合格项目"], line["检验结果"], line["标准值"]) == ("铅（以 Pb 计）", "0.52 mg/kg", "≤0.2 mg/kg")
    assert (line["标称生产企业地址"], line["检验机构"]) == (UNKNOWN, UNKNOWN)
    assert line["规格型号"] == "'=500克/袋"

    as_xlsx = await anyone.get(path, params={"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(as_xlsx.content)).worksheets[0]
    header, values = list(sheet.iter_rows())
    assert tuple(cell.value for cell in header) == columns
    assert {cell.data_type for cell in values} <= {"s", "n"}
    assert values[columns.index("规格型号")].value == "=500克/袋"
    assert values[columns.index("规格型号")].data_type == "s"


async def test_passes_have_fewer_columns_and_no_address_of_the_shop(
    session: AsyncSession, office: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    found = await published(office, await a_pass(session), kind="qualified", title="合格样品信息（演示）")
    [row] = await rows_of(anyone, found)
    assert (row["cells"]["sampled_party_address"], row["cells"]["trade_mark"]) == (None, None)
    assert row["cells"]["failed_items"] == []
    [line] = lines((await anyone.get(f"/v1/published-tables/{found['id']}/file")).content)
    assert tuple(line) == COLUMNS[PublicationKind.QUALIFIED]
    assert "演示路 2 号" not in str(line)


async def test_nothing_public_holds_personal_data(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    session.add(a_laboratory := laboratory())
    failure = await a_failure(session, handler, laboratory_id=a_laboratory.id)
    found = await published(office, failure)
    path = f"/v1/published-tables/{found['id']}"
    shown = [
        (await anyone.get(address)).text for address in ("/v1/published-tables", path, f"{path}/rows", f"{path}/file")
    ]
    book = load_workbook(io.BytesIO((await anyone.get(f"{path}/file?format=xlsx")).content))
    shown.append(str([[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]))
    assert "演示检测中心（虚构）" in shown[2]
    for text in shown:
        for secret in (
            "13800000000",
            "13900000000",
            "13700000000",
            "法人甲",
            "联系人",
            "抽样员丁",
            "测试人员",
            "联络员戊",
        ):
            assert secret not in text
        for secret_id in (failure.id, failure.blind_code, failure.business_id):
            assert str(secret_id) not in text


def laboratory() -> Laboratory:
    return Laboratory(
        id=uuid4(),
        version=1,
        name="演示检测中心（虚构）",
        region_code=HAISHU,
        cma_number="演示-1",
        cma_valid_from=date(2024, 1, 1),
        cma_valid_to=date(2030, 1, 1),
        scope=[],
        serves=[HAISHU],
        on_retest_roster=False,
        contact_name="演示联络员戊（虚构）",
        contact_phone="13600000000",
        active=True,
    )


def test_a_retest_is_final_for_the_items_it_tested() -> None:
    names = ("铅（以 Pb 计）", "镉（以 Cd 计）", "菌落总数")
    first = [UnqualifiedItem(item=name, result="初检值", requirement="限值") for name in names]
    case = DisposalCase(unqualified_items=[item.model_dump() for item in first])
    retest = Retest(
        results=[
            {"item": "铅（以 Pb 计）", "result": "0.31", "unit": "mg/kg", "verdict": "unqualified"},
            {"item": "镉（以 Cd 计）", "result": "0.01", "unit": "mg/kg", "verdict": "qualified"},
        ]
    )
    assert [(item.item, item.result) for item in final_items([case], [retest])] == [
        ("铅（以 Pb 计）", "0.31 mg/kg"),
        ("菌落总数", "初检值"),
    ]


async def test_a_telephone_in_an_address_is_refused_with_its_column(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    form = {"producer": {"address": "演示路 1 号 13812345678"}}
    sample = await a_pass(session, form=form)
    told = await reasons(office, sample, kind="qualified")
    assert "标称生产企业地址" in told
    assert "手机号码" in told
    answer = await office.post("/v1/publications", json=table(title="联系 13812345678"), headers=key())
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/title"]


async def test_each_sample_that_may_not_be_published_is_refused_with_all_its_reasons(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient
) -> None:
    good, unserved = await a_failure(session, handler), await a_failure(session, handler, served_at=None)
    elsewhere = await a_failure(session, handler, region_code=NANHAI, bureau_code=NANHAI, served_at=None)
    draft = await drafted(office)
    first, second, third = await enlisted(office, draft, good, unserved, elsewhere)
    [again] = await enlisted(office, draft, good)
    assert (first["outcome"], second["outcome"], third["outcome"]) == ("accepted", "rejected", "rejected")
    unserved_on = ["演示食品厂（虚构）", "演示超市（虚构）"]
    assert second["reasons"] == [f"检验结论还没有送达“{name}”" for name in unserved_on]
    assert "不在这张表的区划" in third["reasons"][0]
    assert (again["outcome"], again["row_id"]) == ("duplicate", first["row_id"])


async def test_windows_that_still_run_forbid_it(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler, served_at=now())
    told = await reasons(office, sample)
    assert told.count("还没有届满或不能确定") == 4, "re-test and objection of producer and seller"


async def test_a_service_written_down_late_ends_the_windows_only_on_a_second_officers_word(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, client_of: ClientOf
) -> None:
    """Served in July says one officer today: nobody could have contested it here; another one vouches with a reason."""
    sample = await a_failure(session, handler, served_at=None)
    both = await client_of(
        Unit.SAMPLING, Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU], actor_id=uuid4()
    )
    cases = await cases_of(session, sample.id)
    for case in cases:
        await serve(both, case, SERVED_AT)
    told = await reasons(office, sample)
    assert told.count("公布须从登记送达之日起另行算满") == 4, "re-test and objection of producer and seller"
    for case in cases:
        [notice] = (await read(office, path_of(case)))["notices"]
        assert (notice["is_late_record"], notice["confirmed_at"]) == (True, None)
        step, word = f"result-notices/{notice['id']}/confirmation", {"note": "已核对送达回证原件（演示）"}
        assert (await act(office, path_of(case), step)).status_code == 422, "without a reason"
        assert "不能自己确认" in (await act(both, path_of(case), step, **word)).json()["detail"]
        assert (await act(handler, path_of(case), step, **word)).status_code == 403
        shown = await done(office, path_of(case), step, **word)
        assert shown["notices"][0]["confirmed_at"] is not None
        last = shown["entries"][-1]
        assert (last["kind"], last["note"]) == ("service_confirmed", word["note"])
        assert "已经确认过" in (await act(office, path_of(case), step, **word)).json()["detail"]
    [outcome] = await enlisted(office, await drafted(office), sample)
    assert outcome["outcome"] == "accepted", outcome


async def test_a_day_of_service_corrected_after_it_was_confirmed_is_confirmed_anew(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler, served_at=None)
    for case in await cases_of(session, sample.id):
        await serve(handler, case, SERVED_AT)
        [notice] = (await read(office, path_of(case)))["notices"]
        path = f"result-notices/{notice['id']}"
        await done(office, path_of(case), f"{path}/confirmation", note="已核对回证（演示）")
        corrected_day = {"at": (SERVED_AT - timedelta(days=1)).isoformat(), "note": "回证日期看错（演示）"}
        await done(handler, path_of(case), f"{path}/service", method="mail", evidence=["演示回执"], **corrected_day)
    assert (await reasons(office, sample)).count("公布须从登记送达之日起另行算满") == 4


async def test_a_service_written_down_on_its_day_needs_nobodys_confirmation(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler, served_at=now(), concluded_at=now() - timedelta(days=1))
    case, *_ = await cases_of(session, sample.id)
    [notice] = (await read(office, path_of(case)))["notices"]
    answer = await act(office, path_of(case), f"result-notices/{notice['id']}/confirmation", note="演示")
    assert "不必另行确认" in answer.json()["detail"]


async def test_a_failure_without_a_case_has_nothing_that_says_the_windows_are_closed(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    assert "还没有核查处置" in await reasons(office, await a_sample(session))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stream": Stream.RISK_MONITORING}, "风险监测的结果不对外公布"),
        ({"conclusion": Conclusion.UNDETERMINED}, "结论是“待判定”"),
        ({"conclusion": Conclusion.PROBLEM}, "结论是“问题样品”"),
        ({"sampled_on": date(2026, 5, 31)}, "抽样日期 2026-05-31 不在 2026-06-01 至 2026-06-30 之内"),
        ({"task_source": "（演示）省级专项"}, "任务来源是“（演示）省级专项”"),
    ],
)
async def test_what_does_not_belong_in_the_table_is_refused(
    session: AsyncSession, office: httpx.AsyncClient, change: dict[str, Any], words: str
) -> None:
    sample = await a_sample(session, **({"conclusion": Conclusion.QUALIFIED} | change))
    assert words in await reasons(office, sample, kind="qualified", task_source="演示")


async def test_a_sample_stands_in_one_table_only(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler)
    draft = await drafted(office, sample)
    assert "已列入拟公布的" in await reasons(office, sample)
    assert (await publication(office, await read(office, f"/v1/publications/{draft['id']}"))).status_code == 200
    assert "已列入已公布的" in await reasons(office, sample)


async def test_publication_looks_again_and_publishes_all_or_nothing(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    good, changed = await a_failure(session, handler), await a_failure(session, handler)
    draft = await drafted(office, good, changed)
    changed.conclusion = Conclusion.QUALIFIED
    changed.advance()
    await session.flush()
    refused = await publication(office, draft)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-fit-for-publication")
    [error] = refused.json()["errors"]
    assert error["pointer"] == "/rows/1"
    assert str(changed.number) in error["message"]
    assert (await anyone.get(f"/v1/published-tables/{draft['id']}")).status_code == 404

    rows = (await read(office, f"/v1/publications/{draft['id']}/rows"))["items"]
    assert (await office.delete(f"/v1/publications/{draft['id']}/rows/{rows[1]['id']}")).status_code == 204
    assert (await publication(office, draft)).status_code == 412
    draft = await read(office, f"/v1/publications/{draft['id']}")
    assert (await publication(office, draft)).status_code == 200
    assert len(await rows_of(anyone, draft)) == 1


async def test_a_row_that_no_longer_says_what_its_sample_says_is_listed_anew(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    sample = await a_pass(session)
    draft = await drafted(office, sample, kind="qualified")
    sample.food_name = "粉条"
    sample.advance()
    await session.flush()
    refused = (await publication(office, draft)).json()["errors"]
    assert "食品名称有变更" in refused[0]["message"]


async def test_an_empty_table_and_a_stale_one_are_not_published(office: httpx.AsyncClient) -> None:
    draft = await drafted(office)
    assert "还没有样品" in (await publication(office, draft)).json()["detail"]
    change = {name: value for name, value in table().items() if name not in ("kind", "region_code")}
    headers = {"If-Match": f'"{draft["version"]}"'}
    assert (await office.put(f"/v1/publications/{draft['id']}", json=change, headers=headers)).status_code == 200
    assert (await publication(office, draft)).status_code == 412


async def test_what_is_published_is_never_changed(
    session: AsyncSession, office: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample = await a_pass(session)
    found = await published(office, sample, kind="qualified")
    [before] = await rows_of(anyone, found)
    change = {name: value for name, value in table().items() if name not in ("kind", "region_code")}
    path = f"/v1/publications/{found['id']}"
    answers = [
        await office.put(path, json=change, headers={"If-Match": f'"{found["version"]}"'}),
        await office.delete(f"{path}/rows/{before['id']}"),
        await office.post(f"{path}/rows", json={"samples": [{"sample_id": str(sample.id)}]}, headers=key()),
        await publication(office, found),
    ]
    assert {answer.json()["type"] for answer in answers} == {"/problems/publication-published"}
    sample.food_name = "粉条"
    await session.flush()
    assert await rows_of(anyone, found) == [before]


async def test_corrections_stand_beside_what_they_correct_with_their_reason(
    session: AsyncSession, office: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    found = await published(office, await a_pass(session), await a_pass(session), kind="qualified")
    first, second = await rows_of(anyone, found)
    once = await corrected(office, found, first["id"], changes={"specification": "250克/袋"})
    assert once.status_code == 201, once.text
    twice = await corrected(office, found, once.json()["id"], changes={"producer_address": "演示路 9 号"})
    gone = await corrected(office, found, twice.json()["id"], withdrawn=True, reason="重复公布（演示）")
    assert gone.status_code == 201, gone.text

    shown = await rows_of(anyone, found)
    assert [(row["number"], row["edition"]) for row in shown] == [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1)]
    assert (shown[0], shown[4]) == (first, second)
    assert [row["cells"]["specification"] for row in shown[:3]] == ["=500克/袋", "250克/袋", "250克/袋"]
    assert (shown[3]["withdrawn"], shown[3]["reason"]) == (True, "重复公布（演示）")
    remarks = [line["备注"] for line in lines((await anyone.get(f"/v1/published-tables/{found['id']}/file")).content)]
    assert remarks == ["", "更正：抄录有误（演示）", "更正：抄录有误（演示）", "撤回：重复公布（演示）", ""]
    assert (await read(anyone, f"/v1/published-tables/{found['id']}"))["row_count"] == 2


async def test_a_correction_must_correct_the_latest_edition_and_say_something_else(
    session: AsyncSession, office: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    found = await published(office, await a_pass(session), kind="qualified")
    [row] = await rows_of(anyone, found)
    same = await corrected(office, found, row["id"], changes={"specification": "=500克/袋"})
    assert same.json()["type"] == "/problems/not-fit-for-publication"
    column = await corrected(office, found, row["id"], changes={"trade_mark": "演示牌"})
    assert [error["pointer"] for error in column.json()["errors"]] == ["/changes/trade_mark"]
    for nothing in ({}, {"changes": {"remark": "演示"}, "withdrawn": True}):
        assert (await corrected(office, found, row["id"], **nothing)).status_code == 422
    private = await corrected(office, found, row["id"], changes={"remark": "电话 13812345678"})
    assert [error["pointer"] for error in private.json()["errors"]] == ["/changes/remark"]
    gone = await corrected(office, found, row["id"], withdrawn=True)
    for stale in (row["id"], gone.json()["id"]):
        again = await corrected(office, found, stale, changes={"remark": "演示"})
        assert again.json()["type"] == "/problems/publication-row-corrected"
    draft = await drafted(office, await a_pass(session), kind="qualified")
    [unpublished] = (await read(office, f"/v1/publications/{draft['id']}/rows"))["items"]
    early = await corrected(office, draft, unpublished["id"], changes={"remark": "演示"})
    assert early.json()["type"] == "/problems/publication-not-published"


async def test_a_reexamined_failure_stands_only_with_the_items_that_its_report_now_fails_in(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler)
    found = await published(office, sample)
    await mark_for_reexamination(session, sample, REPORT_RETURNED, now(), person(Role.INSPECTOR))
    _, mark = await rows_of(anyone, found)
    anew = UnqualifiedItem(item=LEAD.item, result="0.35 mg/kg", requirement=LEAD.requirement)
    for case in await cases_of(session, sample.id):
        case.unqualified_items = [anew.model_dump()]
    await session.flush()
    refused = await corrected(office, found, mark["id"], upheld=True)
    assert "0.35 mg/kg" in refused.json()["detail"]
    elsewhere = await corrected(office, found, mark["id"], changes={"remark": "演示"})
    assert elsewhere.status_code == 409, "a correction of something else contradicts as silently"
    right = await corrected(office, found, mark["id"], changes={"failed_items": [anew.model_dump()]})
    assert right.status_code == 201, right.text
    last = (await rows_of(anyone, found))[-1]
    assert (last["kind"], last["under_reexamination"]) == ("correction", False)
    assert last["cells"]["failed_items"] == [anew.model_dump()]


async def test_everybody_reads_what_is_published_page_by_page_and_nobody_a_draft(
    session: AsyncSession, office: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    found = await published(office, *[await a_pass(session) for _ in range(3)], kind="qualified")
    await drafted(office, await a_pass(session), kind="qualified")
    listed = (await read(anyone, "/v1/published-tables?region=330203&kind=qualified"))["items"]
    assert [each["id"] for each in listed] == [found["id"]]
    seen, cursor = [], None
    while True:
        parameters = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await anyone.get(f"/v1/published-tables/{found['id']}/rows", params=parameters)).json()
        seen += [row["number"] for row in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [1, 2, 3]
    assert (await anyone.get("/v1/publications")).status_code == 401


@pytest.mark.parametrize("role", [Role.SAMPLER, Role.LABORATORY, Role.BUSINESS])
async def test_drafts_are_the_offices_own(
    session: AsyncSession, office: httpx.AsyncClient, client_of: ClientOf, role: Role
) -> None:
    draft = await drafted(office, await a_pass(session), kind="qualified")
    somebody = await client_of(Unit.SAMPLING, role, regions=[HAISHU])
    assert (await somebody.get(f"/v1/publications/{draft['id']}/rows")).status_code == 403
    both = await client_of(Unit.SAMPLING, role, Role.LEADER, regions=[HAISHU], business_id=uuid4())
    stranger = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    for reader in (both, stranger):
        assert (await reader.get(f"/v1/publications/{draft['id']}/rows")).status_code == 404
        assert (await reader.get("/v1/publications")).json()["items"] == []
    assert (await publication(stranger, draft)).status_code == 404


async def test_two_tables_of_one_number_kind_and_title_are_one_mistake(office: httpx.AsyncClient) -> None:
    body = table(number="演示〔2026〕第9号")
    assert (await office.post("/v1/publications", json=body, headers=key())).status_code == 201
    again = await office.post("/v1/publications", json=body, headers=key())
    assert again.json()["type"] == "/problems/publication-exists"
    other = await office.post("/v1/publications", json=body | {"kind": "qualified"}, headers=key())
    assert other.status_code == 201
    backwards = await office.post("/v1/publications", json=table(period_to="2026-05-01"), headers=key())
    assert backwards.status_code == 422


async def test_who_read_other_rows_does_not_publish_these(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient
) -> None:
    """Rows that came in or went out since make another version, a refused or repeated listing does not."""
    first, second = await a_failure(session, handler), await a_failure(session, handler)
    read_by_another = await drafted(office, first)
    await enlisted(office, read_by_another, first, await a_pass(session))
    path = f"/v1/publications/{read_by_another['id']}"
    assert (await read(office, path))["version"] == read_by_another["version"]
    [added] = await enlisted(office, read_by_another, second)
    assert (await publication(office, read_by_another)).status_code == 412
    read_again = await read(office, path)
    assert (await office.delete(f"{path}/rows/{added['row_id']}")).status_code == 204
    assert (await publication(office, read_again)).status_code == 412
    assert (await publication(office, await read(office, path))).status_code == 200


async def test_the_candidates_of_a_table_are_what_belongs_in_it_with_why_it_may_not_stand_there_yet(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient
) -> None:
    ready, unserved = await a_failure(session, handler), await a_failure(session, handler, served_at=None)
    await a_pass(session)
    await a_failure(session, handler, sampled_on=date(2026, 5, 31))
    await a_failure(session, handler, served_at=None, region_code=NANHAI)
    other_source = await a_failure(session, handler, task_source="另一来源（演示）")
    draft = await drafted(office, task_source=ready.task_source)
    path = f"/v1/publications/{draft['id']}/candidates"
    found = {each["sample_id"]: each["reasons"] for each in (await office.get(path)).json()["items"]}
    assert found.keys() == {str(ready.id), str(unserved.id)}, str(other_source.id)
    assert found[str(ready.id)] == []
    assert any("还没有送达" in reason for reason in found[str(unserved.id)])
    assert [each["outcome"] for each in await enlisted(office, draft, ready)] == ["accepted"]
    left = [each["sample_id"] for each in (await office.get(path)).json()["items"]]
    assert left == [str(unserved.id)], "what a table lists is a candidate for none"
