"""From a market's file to the whistle, the visit, the held lot, the signal and the dashboard; then to the end of it.

Everything is done through the gateway, by the people who do it in the field. All of it is invented.
"""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from deploy.embedded_postgres import EmbeddedPostgres
from shared.contracts.codes import Role
from shared.contracts.figures import Period, PeriodKind
from shared.times import SHANGHAI, day_of, now
from tests.conftest import copied
from tests.flows.figures import assert_figures_equal_their_rows
from tests.flows.ledger import changed
from tests.flows.market import Market, Row, as_record, gb18030, open_market, utf8
from tests.flows.people import DISTRICT, TOWN, Person
from tests.flows.stage import Stage, set_stage
from tests.waiting import eventually

MARKET, LOT = "FLOW-001", "DEMO-L-001"
UPLOADS = "/api/sampling/v1/rapid-test-uploads"

MONTH = str(Period.containing(day_of(now()), PeriodKind.MONTH))

Counts = tuple[Decimal, Decimal]
"""Numerator and denominator of a figure."""

FIRST_DATA_ROW = 2
"""The header stands in row 1 of the file."""


def the_file(market: Market) -> list[Row]:
    """Forty rows: two suspect positives, a broken reading, four broken rows, a record sent twice, and two tests that
    differ in nothing but the value.
    """
    rows = [market.row(number) for number in range(40)]
    rows[3] |= {"检测值": "67.5", "批号": LOT, "样品名称": "韭菜", "留存数量": "32.5"}
    rows[8] |= {"检测值": "118"}
    rows[13] |= {
        **{"样品名称": "草鱼", "食品类别": "水产品", "检测项目": "孔雀石绿", "检测方法": "胶体金免疫层析法"},
        **{"检测值": "", "检测值单位": "", "判定结果": "阳性", "留存数量": ""},
    }
    rows[20] |= {"仪器记录号": "", "检测值": "8.1"}
    rows[21] |= {**rows[20], "检测值": "8.2"}
    rows[25] = dict(rows[24])
    rows[30] |= {"样品名称": ""}
    rows[31] |= {"检测时间": "昨天下午"}
    rows[32] |= {"检测点": "没有登记的市场"}
    rows[33] |= {"留存数量": "-5"}
    return rows


POSITIVE, INSTRUMENT_ERROR, QUALITATIVE, SENT_TWICE = 3, 8, 13, 25
MENDED: dict[int, Row] = {
    30: {"样品名称": "菠菜"},
    31: {"检测时间": f"{day_of(now())} 00:31"},
    32: {"检测点": MARKET},
    33: {"留存数量": "5"},
}
"""What the market operator writes into the rejected rows."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A market whose file has been taken in, and whose whistle has been heard everywhere."""

    stage: Stage
    market: Market
    rows: Sequence[Row]
    upload: dict[str, Any]

    @property
    def operator(self) -> Person:
        return self.stage.people[Role.MARKET_OPERATOR]

    @property
    def inspector(self) -> Person:
        return self.stage.people[Role.INSPECTOR]

    @property
    def leader(self) -> Person:
        return self.stage.people[Role.LEADER]


async def begin(stage: Stage) -> Flow:
    market = await open_market(stage.people[Role.FOOD_SAFETY_OFFICE], MARKET)
    operator, rows = stage.people[Role.MARKET_OPERATOR], the_file(market)
    upload = await taken_in(operator, await operator.upload("快检.csv", gb18030(rows)))
    await eventually(stage.ledger.all_delivered)
    return Flow(stage, market, rows, upload)


@pytest_asyncio.fixture
async def flow(stage: Stage) -> Flow:
    """For tests that go on from here."""
    return await begin(stage)


@pytest_asyncio.fixture(scope="module")
async def seen(
    postgres: EmbeddedPostgres, template: str, signing_keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Flow]:
    """For tests that only look; they share it."""
    async with (
        copied(postgres, template) as database_url,
        set_stage(database_url, signing_keys, tmp_path_factory.mktemp("seen")) as stage,
    ):
        yield await begin(stage)


async def taken_in(operator: Person, upload: dict[str, Any]) -> dict[str, Any]:
    """The upload when all its rows are decided."""
    found = upload

    async def is_done() -> bool:
        nonlocal found
        found = await operator.get(f"{UPLOADS}/{upload['id']}")
        assert found["state"] not in ("failed", "cancelled"), found["problem"]
        return bool(found["state"] == "done")

    await eventually(is_done)
    return found


def counts(figures: Mapping[str, tuple[int, int]]) -> dict[str, Counts]:
    return {code: (Decimal(numerator), Decimal(denominator)) for code, (numerator, denominator) in figures.items()}


async def figures_of(leader: Person, region: str = DISTRICT) -> dict[str, Counts]:
    """Numerator and denominator of every figure on the region's dashboard of this month that says something."""
    dashboard = await leader.get(f"/api/v1/regions/{region}/dashboard", period=MONTH)
    assert {section["status"] for section in dashboard["sections"]} == {"ok"}
    return {
        shown["figure"]["code"]: _numbers(shown["figure"])
        for section in dashboard["sections"]
        for shown in section["figures"]
        if shown["figure"]["state"] in ("value", "zero")
    }


def _numbers(figure: dict[str, Any]) -> Counts:
    return Decimal(figure["numerator"]), Decimal(figure["denominator"] or 0)


async def whistle_of(flow: Flow, product: str) -> Any:
    whistles = await flow.inspector.all("/api/sampling/v1/whistles", region=DISTRICT)
    [summary] = [whistle for whistle in whistles if whistle["product_name"] == product]
    return await flow.inspector.get(f"/api/sampling/v1/whistles/{summary['id']}")


async def test_every_row_of_the_file_gets_its_answer(seen: Flow) -> None:
    numbers = {"accepted": 35, "duplicate": 1, "suspected_duplicate": 0, "rejected": 4, "positives": 2}
    assert {name: seen.upload[name] for name in numbers} == numbers
    assert seen.upload["instrument_errors"] == 1
    assert seen.upload["preview"]["encoding"] == "gb18030"

    answers = await seen.operator.all(f"{UPLOADS}/{seen.upload['id']}/rows")
    assert [answer["row_number"] for answer in answers] == list(range(FIRST_DATA_ROW, FIRST_DATA_ROW + 40))
    verdicts = {POSITIVE: "suspected_positive", INSTRUMENT_ERROR: "instrument_error", QUALITATIVE: "suspected_positive"}
    for index, answer in enumerate(answers):
        if index == SENT_TWICE:
            assert (answer["outcome"], answer["test_id"]) == ("duplicate", answers[24]["test_id"])
        elif index in MENDED:
            [column] = MENDED[index]
            assert answer["outcome"] == "rejected"
            assert [(error["row"], error["column"]) for error in answer["errors"]] == [(index + 2, column)]
            assert all(error["message"] for error in answer["errors"])
        else:
            assert (answer["outcome"], answer["verdict"]) == ("accepted", verdicts.get(index, "negative"))

    broken = await seen.operator.get(f"/api/sampling/v1/rapid-tests/{answers[INSTRUMENT_ERROR]['test_id']}")
    assert "118" in broken["verdict_reason"]
    first, second = [
        await seen.operator.get(f"/api/sampling/v1/rapid-tests/{answers[index]['test_id']}") for index in (20, 21)
    ]
    assert (first["printed_value"], second["printed_value"]) == ("8.1", "8.2")
    assert first["counted_at"]
    assert second["counted_at"]


async def test_a_suspect_positive_is_heard_in_all_four_services(seen: Flow) -> None:
    seller = seen.market.sellers[POSITIVE % len(seen.market.sellers)]
    whistle = await whistle_of(seen, "韭菜")
    assert (whistle["state"], whistle["stop_sale"]) == ("open", "in_force")
    assert (Decimal(whistle["held_quantity"]), whistle["unit"]) == (Decimal("32.5"), "公斤")
    assert UUID(whistle["seller_business_id"]) == seller

    window, follow_up = whistle["clocks"]
    blown_at = moment(whistle["blown_at"])
    assert window["code"] == "rapid_test_objection"
    assert moment(window["due_at"]) - blown_at == timedelta(hours=4)
    assert (follow_up["code"], follow_up["state"]) == ("statutory_sampling_follow_up", "running")
    assert moment(follow_up["due_at"]) > blown_at
    task = whistle["task"]
    assert (task["state"], task["bureau_code"]) == ("assigned", DISTRICT)

    visit = await seen.inspector.one("/api/inspection/v1/visits", whistle_id=whistle["id"])
    assert (visit["state"], UUID(visit["business_id"])) == ("scheduled", seller)
    assert visit["task_number"] == task["number"]
    clock = await seen.inspector.one("/api/inspection/v1/clocks", object_type="visit", object_id=visit["id"])
    assert (clock["id"], clock["state"], clock["due_at"]) == (visit["clock_id"], "running", visit["due_at"])

    lot = await seen.inspector.one("/api/traceability/v1/lots", code=LOT)
    held = await seen.inspector.get(f"/api/traceability/v1/lots/{lot['id']}")
    assert held["may_be_sold"] is False
    assert [hold["whistle_id"] for hold in held["holds"]] == [whistle["id"]]
    assert UUID(held["holder_business_id"]) == seller

    signal = await seen.inspector.one("/api/scoring/v1/credit-signals", source_id=whistle["id"])
    assert (signal["state"], UUID(signal["business_id"])) == ("open", seller)
    assert signal["occurred_at"] == whistle["tested_at"]


async def test_what_the_test_does_not_say_stays_unknown(seen: Flow) -> None:
    """The fish came without a lot and without a quantity: nothing is held, and nothing is called zero."""
    whistle = await whistle_of(seen, "草鱼")
    assert whistle["banned"] is True
    assert (whistle["lot_code"], whistle["held_quantity"]) == (None, None)
    assert await seen.inspector.all("/api/traceability/v1/lot-holds", whistle_id=whistle["id"]) == []
    assert await seen.inspector.one("/api/inspection/v1/visits", whistle_id=whistle["id"])
    signal = await seen.inspector.one("/api/scoring/v1/credit-signals", source_id=whistle["id"])
    assert signal["severe"] is True


AFTER_THE_FILE = counts(
    {
        "sampling.rapid_tests": (35, 0),
        "sampling.suspected_positive_rate": (2, 34),
        "sampling.without_result_rate": (1, 35),
        "sampling.disposal_rate": (0, 2),
        "sampling.open_whistles": (2, 0),
        "sampling.active_sites": (1, 0),
        "traceability.lots": (1, 0),
        "traceability.lot_holds": (1, 0),
        "traceability.lots_on_hold": (1, 0),
        "traceability.activated_subjects": (0, 5),
        "traceability.activated_sales": (0, 4),
        "traceability.activated_market": (0, 1),
        "traceability.coded_shops": (0, 4),
        "traceability.traced_subjects": (0, 5),
        "inspection.businesses": (5, 0),
        "inspection.businesses_sales": (4, 0),
        "inspection.businesses_market": (1, 0),
        "inspection.file_completeness_rate": (0, 5),
        "inspection.risk_graded_rate": (0, 5),
        "inspection.sales_risk_graded_rate": (0, 4),
        "inspection.two_year_coverage": (0, 5),
        "scoring.risk_signals": (2, 0),
        "scoring.open_signals": (2, 0),
    }
)


@pytest.mark.parametrize("region", [DISTRICT, TOWN])
async def test_the_dashboard_shows_it_and_every_figure_is_the_sum_of_its_rows(seen: Flow, region: str) -> None:
    figures = await figures_of(seen.leader, region)
    assert {code: shown for code, shown in figures.items() if any(shown)} == AFTER_THE_FILE

    dashboard = await seen.leader.get(f"/api/v1/regions/{region}/dashboard", period=MONTH)
    for section in dashboard["sections"]:
        for shown in section["figures"]:
            for figure in [shown["figure"], *(child["figure"] for child in shown["children"])]:
                if figure["state"] in ("value", "zero"):
                    assert await _sum_of_rows(seen.leader, figure["rows"]) == _numbers(figure), figure


async def _sum_of_rows(leader: Person, link: str) -> Counts:
    path, _, query = link.partition("?")
    rows = await leader.all(path, **dict(part.split("=") for part in query.split("&")))
    return sum((Decimal(row["numerator"]) for row in rows), Decimal()), sum(
        (Decimal(row["denominator"]) for row in rows), Decimal()
    )


async def test_the_same_again_changes_nothing_twice(flow: Flow) -> None:
    before, figures = await flow.stage.ledger.counts(), await figures_of(flow.leader)

    again = await flow.operator.upload("快检.csv", gb18030(flow.rows))
    assert again["id"] == flow.upload["id"]
    await eventually(flow.stage.ledger.all_delivered)
    assert changed(before, await flow.stage.ledger.counts()) == {}

    # Saved again by another program it is another file; only what no device has numbered has to be asked about.
    saved_again = await taken_in(flow.operator, await flow.operator.upload("快检.csv", utf8(flow.rows)))
    assert (saved_again["accepted"], saved_again["duplicate"], saved_again["suspected_duplicate"]) == (0, 34, 2)

    records = [as_record(row) for row in flow.rows]
    answer = await flow.operator.post("/api/sampling/v1/rapid-test-submissions", {"records": records})
    assert (answer["accepted"], answer["duplicate"], answer["suspected_duplicate"]) == (0, 34, 2)

    await flow.stage.ledger.tell_everything_again()
    await eventually(flow.stage.ledger.all_delivered)
    assert changed(before, await flow.stage.ledger.counts()) == {
        "sampling.rapid_tests": 4,  # two suspected duplicates each time, which do not count
        "sampling.rapid_test_uploads": 1,
        "sampling.rapid_test_upload_rows": 40,
        "sampling.rapid_test_submissions": 1,
    }
    assert await figures_of(flow.leader) == figures


async def test_rejected_rows_are_mended_and_sent_again(flow: Flow) -> None:
    file = await flow.operator.download(f"{UPLOADS}/{flow.upload['id']}/rejected-rows", format="csv")
    rejected = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert [int(row["行号"]) - FIRST_DATA_ROW for row in rejected] == list(MENDED)
    assert all(row["原因"] for row in rejected)

    mended_rows = [row | MENDED[index] for index, row in zip(MENDED, rejected, strict=True)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rejected[0]))
    writer.writeheader()
    writer.writerows(mended_rows)
    mended = await taken_in(
        flow.operator, await flow.operator.upload("退回的行.csv", text.getvalue().encode("utf-8-sig"))
    )
    assert (mended["accepted"], mended["rejected"]) == (4, 0)
    assert (await figures_of(flow.leader))["sampling.rapid_tests"] == (Decimal(39), Decimal(0))


async def test_a_whistle_runs_to_its_end_and_everybody_hears_of_it(flow: Flow) -> None:
    whistle = await whistle_of(flow, "韭菜")
    steps = f"/api/sampling/v1/whistles/{whistle['id']}"
    told = await flow.operator.step(f"{steps}/notice", whistle["version"], note="演示：已告知销售者")
    refused = await flow.operator.attempt("POST", f"{steps}/disposals", disposal("32.5"), told["version"])
    assert refused.status_code == 409  # not while the seller may contest the result
    sample = {"sample_number": "XBJ26330203000001", "same_lot": True}
    sampled = await flow.inspector.step(f"{steps}/statutory-sample", told["version"], **sample)
    assert sampled["task"]["state"] == "sampled"
    verdict = {"outcome": "unconfirmed", "note": "演示：同批检验合格"}
    concluded = await flow.inspector.step(f"{steps}/outcome", sampled["version"], **verdict)
    lifted = await flow.inspector.step(f"{steps}/stop-sale-release", concluded["version"], note="演示：同批检验合格")
    closed = await flow.inspector.step(f"{steps}/closure", lifted["version"], note="演示：办结")
    assert (closed["state"], closed["stop_sale"]) == ("closed", "lifted")
    assert {clock["state"] for clock in closed["clocks"]} == {"met", "cancelled"}

    visit = await flow.inspector.one("/api/inspection/v1/visits", whistle_id=whistle["id"])
    found = {"visited_at": now().isoformat(), "outcome": "corrected", "notes": "演示：问题批次已下架封存"}
    completed = await flow.inspector.post(f"/api/inspection/v1/visits/{visit['id']}/completion", found)
    clock = await flow.inspector.get(f"/api/inspection/v1/clocks/{completed['clock_id']}")
    assert clock["state"] == "met"

    await eventually(flow.stage.ledger.all_delivered)
    lot = await flow.inspector.one("/api/traceability/v1/lots", code=LOT)
    assert (await flow.inspector.get(f"/api/traceability/v1/lots/{lot['id']}"))["may_be_sold"] is True
    signal = await flow.inspector.one("/api/scoring/v1/credit-signals", source_id=whistle["id"])
    assert signal["state"] == "dismissed"

    figures = await figures_of(flow.leader)
    assert {code: shown for code, shown in figures.items() if shown != AFTER_THE_FILE.get(code)} == counts(
        {
            "sampling.open_whistles": (1, 0),
            "sampling.follow_up_on_time_rate": (1, 1),
            "traceability.lots_on_hold": (0, 0),
            "inspection.visits_in_time": (1, 1),
            "scoring.open_signals": (1, 0),
            "scoring.confirmed_signal_rate": (0, 1),
        }
    )
    assert await assert_figures_equal_their_rows(flow.stage.platform) > 0


def disposal(quantity: str) -> dict[str, str]:
    return {"quantity": quantity, "unit": "公斤", "note": "演示：粉碎后深埋"}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(SHANGHAI)
