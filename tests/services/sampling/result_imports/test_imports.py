"""Files of results: the exchange workbook, public tables, the province's table; whole samples, refused or taken in."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.sampling.result_imports import imports
from services.sampling.result_imports.models import ResultUpload
from services.sampling.result_imports.waiting import UNKNOWN_TO_LABORATORY, how_to_mend
from services.sampling.samples.models import Sample
from services.sampling.separation.models import Participation
from services.sampling.separation.rules import Part
from services.sampling.separation.service import take_part_as
from shared.clocks.service import clocks_of
from shared.contracts.clocks import ClockState
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import Duty, SampleState
from shared.tabular.problems import HeaderUnclear
from tests.services.sampling.factories import HAISHU
from tests.services.sampling.result_imports.making import (
    ITEMS,
    House,
    excel_serial,
    item_row,
    report_row,
    table,
    workbook,
    yesterday,
)
from tests.tokens import TestKeys


def number(sample: Sample) -> str:
    assert sample.number is not None
    return sample.number


@pytest.mark.parametrize("spacers", [False, True])
async def test_the_exchange_workbook_brings_reports_with_items_in_their_order(house: House, spacers: bool) -> None:
    one, two = await house.samples(2)
    reports = [report_row(number(one)), report_row(number(two), **{"检验结论*": "不合格"})]
    items = [
        item_row(number(one)),
        item_row("", "镉（以Cd计）", "未检出"),
        item_row(number(two), result="0.52", **{"结果判定*": "不合格项"}),
        item_row("", "总汞（以Hg计）", "0.01"),
    ]
    upload = await house.send(workbook(reports, items, titles=2, spacers=spacers))
    assert (upload["state"], upload["reports_accepted"], upload["items"]) == ("done", 2, 4)
    assert upload["preview"]["report_sheet"] and upload["preview"]["item_sheet"] == ITEMS
    [first], [second] = await house.reports(one), await house.reports(two)
    assert [(item.number, item.item, item.result) for item in first.items] == [
        (1, "铅（以Pb计）", "0.12"),
        (2, "镉（以Cd计）", "未检出"),
    ]
    assert (first.number, first.report_date, first.approved_by) == (
        f"DEMO-{one.number}",
        yesterday(),
        "演示签发（虚构）",
    )
    assert first.items[0].lod_value == "0.02" and first.items[0].stated_limits == {}, (
        "0.0 and / are how none is written"
    )
    assert (first.conclusion, second.conclusion, second.report_class) == ("qualified", "unqualified", "unqualified")
    assert second.items[0].verdict == "unqualified" and second.items[0].steps and second.items[0].limit


async def test_an_imported_report_has_reached_the_bureau_and_ends_the_laboratorys_terms(house: House) -> None:
    [sample] = await house.samples(1)
    await house.send(workbook([report_row(number(sample))], [item_row(number(sample))]))
    [report] = await house.reports(sample)
    async with house.sessions() as session:
        kept = await session.get(Sample, sample.id)
        assert kept is not None and kept.state is SampleState.REPORTED
        clocks = [*await clocks_of(session, "report", report.id), *await clocks_of(session, "sample", sample.id)]
        assert {(clock.code, clock.state) for clock in clocks} == {
            ("qualified_result_reporting", ClockState.MET),
            ("inspection_report", ClockState.MET),
        }
        parts = await session.scalars(select(Participation.duty).where(Participation.sample_id == sample.id))
        assert list(parts) == ["laboratory"]
    assert [entry.kind for entry in report.entries] == ["imported"]


async def test_the_same_file_and_the_same_reports_in_another_file_change_nothing(house: House) -> None:
    one, two = await house.samples(2)
    content = workbook([report_row(number(one))], [item_row(number(one))])
    first = await house.send(content)
    again = await house.send(content)
    assert again["id"] == first["id"]
    more = workbook([report_row(number(one)), report_row(number(two))], [item_row(number(one)), item_row(number(two))])
    second = await house.send(more)
    assert (second["reports_accepted"], second["reports_duplicate"]) == (1, 1)
    [row] = await house.rows(second)
    assert (row["outcome"], row["sample"], row["report_id"] is not None) == ("duplicate", one.number, True)
    assert await house.count("reports") == 2


async def test_another_report_on_a_reported_sample_is_refused_until_the_bureau_returns_it(
    house: House, keys: TestKeys
) -> None:
    [sample] = await house.samples(1)
    await house.send(workbook([report_row(number(sample))], [item_row(number(sample))]))
    other = workbook([report_row(number(sample))], [item_row(number(sample), result="0.25")])
    refused = await house.send(other)
    assert refused["reports_rejected"] == 1
    [report] = await house.reports(sample)
    path, body = f"/v1/reports/{report.id}/return", {"reason": "数值录入有误，请更正"}
    named = {"If-Match": f'"{report.version}"'}
    who_entered_it = await house.officer.post(path, json=body, headers=named)
    assert (who_entered_it.status_code, who_entered_it.json()["type"]) == (403, "/problems/duties-not-apart")
    another = keys.token(Role.FOOD_SAFETY_OFFICE, regions=[HAISHU], actor_id=uuid4())
    answer = await house.officer.post(path, json=body, headers=named | {"Authorization": f"Bearer {another}"})
    assert answer.status_code == 200, answer.text
    again = await house.send(workbook([report_row(number(sample))], [item_row(number(sample), result="0.26")]))
    assert again["reports_accepted"] == 1
    assert [(report.edition, report.state) for report in await house.reports(sample)] == [
        (1, "returned"),
        (2, "issued"),
    ]


async def test_a_sample_with_one_broken_row_is_refused_whole_and_can_be_sent_again_as_downloaded(house: House) -> None:
    good, bad = await house.samples(2)
    reports = [report_row(number(good)), report_row(number(bad))]
    items = [
        item_row(number(good)),
        item_row(number(bad)),
        item_row("", "镉（以Cd计）", ""),
        item_row("", "总砷（以As计）", "0.1", **{"结果判定*": "大概合格"}),
    ]
    upload = await house.send(workbook(reports, items))
    assert (upload["reports_accepted"], upload["reports_rejected"], upload["items"]) == (1, 1, 1)
    rows = await house.rows(upload)
    assert [(row["sheet"], row["row_number"], row["errors"][0].get("column")) for row in rows] == [
        (ITEMS, 4, None),
        (ITEMS, 5, "检验结果"),
        (ITEMS, 6, "结果判定*"),
    ]
    assert await house.reports(bad) == []
    answer = await house.officer.get(f"/v1/result-uploads/{upload['id']}/rejected-rows")
    mended = (
        answer.content.decode("utf-8-sig").replace("大概合格", "合格项").replace("镉（以Cd计）,,", "镉（以Cd计）,0.01,")
    )
    again = await house.send(mended.encode("utf-8-sig"))
    assert (again["state"], again["reports_accepted"], again["items"]) == ("done", 1, 3), await house.rows(again)
    [report] = await house.reports(bad)
    assert (report.number, report.approved_by) == (f"DEMO-{bad.number}", "演示签发（虚构）")


async def test_rows_of_a_sample_that_stand_apart_are_refused_whole(house: House) -> None:
    one, two = await house.samples(2)
    reports = [report_row(number(one)), report_row(number(two))]
    items = [item_row(number(one)), item_row(number(two)), item_row(number(one), "镉（以Cd计）")]
    upload = await house.send(workbook(reports, items))
    assert (upload["reports_accepted"], upload["items"]) == (1, 1)
    assert await house.reports(one) == [], "half of it must not be stored"
    assert {row["errors"][0]["code"] for row in await house.rows(upload)} == {"scattered"}


async def test_a_sheet_without_the_other_half_of_a_sample_is_told(house: House) -> None:
    one, two = await house.samples(2)
    upload = await house.send(workbook([report_row(number(one))], [item_row(number(two))]))
    assert upload["reports_rejected"] == 2
    assert {row["errors"][0]["code"] for row in await house.rows(upload)} == {"no_report", "no_items"}


async def test_the_province_table_and_continuation_rows_in_one_table(house: House) -> None:
    [sample] = await house.samples(1)
    day = yesterday()
    said = {"样品编号": number(sample), "样品名称": "草鱼", "抽样日期": f"{day:%Y.%m.%d}", "任务编号": "1"}
    lead = {"检验依据": "GB 5009.12-2023", "检验项目": "铅", "单位": "mg/kg", "技术要求": "≤0.5", "检验结果": "0.12"}
    rows = [said | lead | {"单项评价": "合格"}, {"检验项目": "镉", "检验结果": "未检出", "单项评价": "合格"}]
    without_day = await house.send(table(rows))
    assert without_day["reports_rejected"] == 1
    assert "report_date" in (await house.rows(without_day))[0]["errors"][0]["message"]
    upload = await house.send(table(rows), report_date=day)
    assert (upload["reports_accepted"], upload["items"]) == (1, 2)
    [report] = await house.reports(sample)
    assert (report.number, report.report_date, report.items[1].result) == (None, day, "未检出")


@pytest.mark.parametrize("sign", ["║", "||", "‖", "|", "丨", "｜"])
async def test_a_combined_column_of_a_public_table_with_every_separator(house: House, sign: str) -> None:
    [sample] = await house.samples(1)
    cell = f"菌落总数{sign}120000 CFU/g{sign}≤100000 CFU/g\n铅{sign}0.52 mg/kg{sign}≤0.3 mg/kg"
    header = f"不合格项目{sign}检验结果{sign}标准值"
    upload = await house.send(table([{"抽样编号": number(sample), header: cell}]), report_date=yesterday())
    assert (upload["reports_accepted"], upload["items"]) == (1, 2), await house.rows(upload)
    [report] = await house.reports(sample)
    assert [(item.item, item.result, item.requirement, item.verdict) for item in report.items] == [
        ("菌落总数", "120000 CFU/g", "≤100000 CFU/g", "unqualified"),
        ("铅", "0.52 mg/kg", "≤0.3 mg/kg", "unqualified"),
    ]


async def test_a_dry_run_says_the_same_and_stores_nothing(house: House) -> None:
    one, two = await house.samples(2)
    content = workbook(
        [report_row(number(one)), report_row(number(two))], [item_row(number(one)), item_row(number(two), result="")]
    )
    tried = await house.send(content, dry_run="true")
    assert (tried["state"], tried["reports_accepted"], tried["reports_rejected"]) == ("done", 1, 1)
    assert await house.count("reports") == 0 and await house.count("report_items") == 0
    done = await house.send(content)
    assert (done["reports_accepted"], done["reports_rejected"]) == (1, 1)


async def test_a_dry_run_is_accepted_without_the_file_being_sent_again(house: House) -> None:
    one, two = await house.samples(2)
    content = workbook(
        [report_row(number(one)), report_row(number(two))], [item_row(number(one)), item_row(number(two), result="")]
    )
    tried = await house.send(content, dry_run="true")
    path = f"/v1/result-uploads/{tried['id']}/acceptance"
    stranger = await house.tester.post(path)
    assert stranger.status_code == 404, "another's dry run is none of his"
    accepted, again = (await house.officer.post(path)).json(), (await house.officer.post(path)).json()
    assert (accepted["dry_run"], accepted["id"]) == (False, again["id"])
    done = await house.take_in(accepted["id"], house.officer)
    assert (done["reports_accepted"], done["reports_rejected"]) == (1, 1)
    assert (await house.send(content))["id"] == done["id"], "the same file sent after all is the same upload"
    refused = await house.officer.post(f"/v1/result-uploads/{done['id']}/acceptance")
    assert refused.json()["type"] == "/problems/dry-run-not-acceptable"


async def test_a_dry_run_whose_file_is_kept_no_longer_is_to_be_sent_again(house: House) -> None:
    [sample] = await house.samples(1)
    tried = await house.send(workbook([report_row(number(sample))], [item_row(number(sample))]), dry_run="true")
    for file in (house.data_dir / "result-uploads").iterdir():
        file.unlink()
    refused = await house.officer.post(f"/v1/result-uploads/{tried['id']}/acceptance")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/dry-run-not-acceptable")
    assert "请重新上传" in refused.json()["detail"]


async def test_results_of_samples_that_nobody_received_say_where_the_reception_is_entered(house: House) -> None:
    """As with paper forms that came in from a file: taken, and never handed over on the platform."""
    [sample] = await house.samples(1, state=SampleState.TAKEN, received_at=None)
    upload = await house.send(workbook([report_row(number(sample))], [item_row(number(sample))]))
    [error] = (await house.rows(upload))[0]["errors"]
    assert error["code"] == "state"
    for place in ("/v1/laboratory/samples/{盲样编码}/reception", "/laboratory", "PUT /v1/samples/{样品}/laboratory"):
        assert place in error["message"]
    own = await house.send(workbook([report_row(sample.blind_code)], [item_row(sample.blind_code)]), by=house.tester)
    [told] = (await house.rows(own, by=house.tester))[0]["errors"]
    assert "/v1/laboratory/samples/{盲样编码}/reception" in told["message"]
    nobodys = await house.send(workbook([report_row("7KQ2M9XWTR4H")], [item_row("7KQ2M9XWTR4H")]), by=house.tester)
    [other] = (await house.rows(nobodys, by=house.tester))[0]["errors"]
    assert (other["code"], other["message"]) == (told["code"], told["message"]), "it learns of no sample by it"


@pytest.mark.parametrize("state", [state for state in SampleState if state is not SampleState.RECEIVED])
def test_every_state_in_which_no_report_is_taken_says_what_to_do(state: SampleState) -> None:
    assert "请" in how_to_mend(state)


async def test_a_laboratory_sends_by_blind_code_and_only_its_own(house: House) -> None:
    own, other = await house.samples(2)
    async with house.sessions() as session, session.begin():
        foreign = await session.get(Sample, other.id)
        assert foreign is not None
        foreign.laboratory_id = foreign.id
    codes = [own.blind_code, other.blind_code, number(own)]
    content = workbook([report_row(code) for code in codes], [item_row(code) for code in codes])
    upload = await house.send(content, by=house.tester)
    assert (upload["reports_accepted"], upload["reports_rejected"]) == (1, 2)
    rows = await house.rows(upload, by=house.tester)
    assert {row["errors"][0]["message"] for row in rows} == {UNKNOWN_TO_LABORATORY}
    shown = str(rows) + str(upload)
    assert own.sampled_party_name not in shown and own.region_code not in shown and str(own.id) not in shown
    assert (await house.officer.get(f"/v1/result-uploads/{upload['id']}")).status_code == 404


async def test_whoever_sampled_does_not_send_the_result(house: House) -> None:

    [sample] = await house.samples(1)
    upload = await house.send(workbook([report_row("DEMO1")], [item_row("DEMO1")]))
    async with house.sessions() as session, session.begin():
        sender = await session.scalar(select(ResultUpload.uploaded_by).where(ResultUpload.id == upload["id"]))
        assert sender is not None
        await take_part_as(session, sample.id, Part(Duty.SAMPLER, sender, None), "演示抽样员（虚构）")
    refused = await house.send(workbook([report_row(number(sample))], [item_row(number(sample))]))
    [row] = await house.rows(refused)
    assert row["errors"][0]["code"] == "apart"


async def test_a_serious_finding_opens_its_disposal_at_once(house: House) -> None:
    [sample] = await house.samples(1)
    green = {"结果单位*": "μg/kg", "标准限值*": "不得检出", "标准限值单位*": "", "结果判定*": "不合格项"}
    lod = {"方法检出限*": "0.5", "方法检出限单位*": "μg/kg"}
    items = [item_row(number(sample), "孔雀石绿", "2.35", **green, **lod)]
    await house.send(workbook([report_row(number(sample), **{"检验结论*": "不合格"})], items))
    [report] = await house.reports(sample)
    assert (report.report_class, report.serious_because) == ("serious", ["非食用物质和禁用药物：孔雀石绿"])
    assert await house.count("disposal_cases") > 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"报告日期*": excel_serial(yesterday() + timedelta(days=30))}, "future"),
        ({"填报日期*": excel_serial(yesterday() - timedelta(days=1))}, "order"),
        ({"报告日期*": excel_serial(yesterday() - timedelta(days=30))}, "order"),
        ({"检验结论*": "差不多"}, "report"),
    ],
)
async def test_reports_that_cannot_be_are_refused_with_their_place(
    house: House, change: dict[str, Any], code: str
) -> None:
    [sample] = await house.samples(1)
    upload = await house.send(workbook([report_row(number(sample), **change)], [item_row(number(sample))]))
    [row] = await house.rows(upload)
    assert row["errors"][0]["code"] == code and row["row_number"] == 3
    assert await house.count("reports") == 0


async def test_a_killed_worker_loses_nothing_and_doubles_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "TRANSACTION_ROWS", 4)
    samples = await house.samples(6)
    reports = [report_row(number(sample)) for sample in samples]
    items = [item_row(key, item) for sample in samples for key, item in ((number(sample), "铅"), ("", "镉"))]
    answer = await house.officer.post("/v1/result-uploads", files={"file": ("演示.xlsx", workbook(reports, items))})
    upload_id = answer.json()["id"]
    half = await house.take_in(upload_id, house.officer, batches=1)
    assert (half["rows_done"], half["reports_accepted"], half["state"]) == (4, 2, "running")
    whole = await house.take_in(upload_id, house.officer)
    assert (whole["rows_done"], whole["reports_accepted"], whole["reports_rejected"]) == (12, 6, 0)
    assert (whole["state"], await house.count("report_items")) == ("done", 12)


async def test_a_file_that_is_no_table_of_results_says_so(house: House) -> None:
    answer = await house.officer.post(
        "/v1/result-uploads", files={"file": ("演示.csv", table([{"甲": "1", "乙": "2"}]))}
    )

    with pytest.raises(HeaderUnclear, match="抽样单编号"):
        await house.take_in(answer.json()["id"], house.officer)
    shown = (await house.officer.get(f"/v1/result-uploads/{answer.json()['id']}")).json()
    assert shown["state"] == "failed" and shown["problem"]["type"] == "/problems/table-header-unclear"


PARTY = "宁波张三丰豆制品有限公司"
FOOD_AND_PARTY = ("抽样单编号", "样品名称", "被抽样单位", "报告日期", "检验项目", "检验结果", "结果单位")


def told_of(key: str, food: str, party: str = "") -> bytes:
    """A table that says of its sample more than the number."""
    cells = (key, food, party, yesterday(), "铅（以Pb计）", "0.12", "mg/kg")
    return table([dict(zip(FOOD_AND_PARTY, cells, strict=True))])


@pytest.mark.parametrize(
    ("food", "party", "column"),
    [
        ("豆腐", PARTY, None),
        ("张三丰 豆腐（盒装）", "张三丰豆制品有限公司", None),
        ("/", "", None),
        ("草鱼", PARTY, "样品名称"),
        ("豆腐", "演示水产摊", "被抽样单位"),
    ],
)
async def test_results_of_another_sample_are_not_filed_under_a_number_mistyped(
    house: House, food: str, party: str, column: str | None
) -> None:
    [sample] = await house.samples(1, food_name="张三丰豆腐", sampled_party_name=PARTY)
    upload = await house.send(told_of(number(sample), food, party))
    assert upload["reports_accepted"] == (column is None)
    if column is not None:
        [row] = await house.rows(upload)
        [error] = row["errors"]
        expected = {"样品名称": "三丰豆腐", "被抽样单位": "有限公司"}[column]
        assert (error["row"], error["column"]) == (2, column) and expected in error["message"]
        assert await house.reports(sample) == []


@pytest.mark.parametrize(
    ("food", "accepted"), [("豆腐", 1), ("□豆腐", 1), ("张三丰豆腐", 1), ("张三丰", 0), ("草鱼", 0)]
)
async def test_a_laboratory_is_compared_by_the_food_it_reads_and_finds_no_name_out(
    house: House, food: str, accepted: int
) -> None:
    [sample] = await house.samples(1, food_name="张三丰豆腐", sampled_party_name=PARTY)
    upload = await house.send(told_of(sample.blind_code, food, "任意一家"), by=house.tester)
    assert upload["reports_accepted"] == accepted
    for row in await house.rows(upload, by=house.tester):
        for error in row["errors"]:
            assert error["column"] == "样品名称"
            assert "三丰" not in error["message"].replace(food, "") and "□豆腐" in error["message"]
