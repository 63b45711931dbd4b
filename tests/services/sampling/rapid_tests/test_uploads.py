"""A market's file: every row answered, nothing lost or doubled whatever dies, the broken rows back for correction."""

import asyncio
import io
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from services.sampling.rapid_tests import imports
from services.sampling.rapid_tests.models import RapidTestUpload
from shared.contracts.codes import Role
from shared.http.problems import Problem
from shared.tabular.limits import TableLimits
from tests.services.sampling.factories import HAISHU, NANHAI
from tests.services.sampling.rapid_tests.conftest import Market
from tests.tokens import TestKeys

HEADER = "摊位号,品名,检测项目,检测方法,抑制率(%),检测日期,进货数量（公斤）,仪器厂商,仪器编号,记录编号\n"


def row(number: int, **change: str) -> str:
    cells = {
        "stall": "A-1",
        "product": "韭菜",
        "item": "农残",
        "method": "酶抑制率法",
        "value": "12.5",
        "day": "2026-07-01 06:10",
        "quantity": "30",
        "maker": "演示仪器厂（虚构）",
        "serial": "SN1",
        "record": str(number),
    }
    return ",".join((cells | change).values()) + "\n"


def file_of(*rows: str) -> bytes:
    return (HEADER + "".join(rows)).encode("gb18030")


async def test_each_row_gets_its_answer_and_broken_rows_come_back_for_correction(market: Market) -> None:
    content = file_of(
        row(1),
        row(2, product=""),
        row(3, value="61.2"),
        row(1),
        row(4, value="118"),
        row(5, item="没听说过的项目"),
        row(6, day="昨天", quantity="=许多"),
    )
    sent = await market.upload(content)
    assert (sent["state"], sent["rows_done"]) == ("received", 0)
    upload = await market.take_in(sent)
    counts = {name: upload[name] for name in ("accepted", "duplicate", "suspected_duplicate", "rejected")}
    assert upload["state"] == "done"
    assert counts == {"accepted": 4, "duplicate": 1, "suspected_duplicate": 0, "rejected": 2}
    assert (upload["positives"], upload["instrument_errors"], upload["undetermined"]) == (1, 1, 1)
    assert await market.count("rapid_tests") == 4
    assert await market.count("whistles") == 1

    rows = (await market.get(f"/v1/rapid-test-uploads/{sent['id']}/rows"))["items"]
    assert [(answer["row_number"], answer["outcome"]) for answer in rows] == [
        (2, "accepted"),
        (3, "rejected"),
        (4, "accepted"),
        (5, "duplicate"),
        (6, "accepted"),
        (7, "accepted"),
        (8, "rejected"),
    ]
    assert rows[3]["test_id"] == rows[0]["test_id"]
    assert [(error["row"], error["column"]) for error in rows[6]["errors"]] == [
        (8, "检测日期"),
        (8, "进货数量（公斤）"),
    ]

    address = f"/v1/rapid-test-uploads/{sent['id']}/rejected-rows"
    returned = (await market.client.get(address)).content.decode("utf-8-sig")
    assert "样品名称" not in returned
    assert "'=许多" in returned
    assert "品名：必填，不能为空" in returned
    sheet = load_workbook(io.BytesIO((await market.client.get(address, params={"format": "xlsx"})).content)).active
    assert sheet is not None
    assert [cell.value for cell in list(sheet.rows)[1]][-2] == 3

    mended = returned.replace("A-1,,", "A-1,豇豆,").replace("昨天", "2026-07-02").replace("'=许多", "20")
    again = await market.take_in(await market.upload(mended.encode(), "退回的行.csv"))
    assert (again["state"], again["accepted"], again["rejected"]) == ("done", 2, 0)


async def test_the_answers_to_a_files_rows_are_read_page_by_page_each_once(market: Market) -> None:
    sent = await market.upload(
        file_of(*(row(number, product="" if number % 3 == 0 else "韭菜") for number in range(8)))
    )
    await market.take_in(sent)
    address, seen, cursor = f"/v1/rapid-test-uploads/{sent['id']}/rows", list[int](), dict[str, str]()
    while True:
        page = await market.get(address, limit=3, **cursor)
        seen += [answer["row_number"] for answer in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == list(range(2, 10))
    for forged in ("MQ", "W10", "WyJ4Il0", "WzEsMl0"):  # 1, [], ["x"], [1,2]
        assert (await market.client.get(address, params={"cursor": forged})).status_code == 422


async def test_a_row_is_read_with_its_stall_seller_item_and_units(market: Market) -> None:
    await market.take_in(await market.upload(file_of(row(1, value="61.2"))))
    [test] = (await market.get("/v1/rapid-tests", verdict="suspected_positive"))["items"]
    assert test["seller_name"] == "演示商户（虚构）"
    assert test["seller_business_id"]
    assert (test["item_code"], test["method"]) == ("pesticide_residue", "enzyme_inhibition")
    assert (test["value"], test["unit"], test["printed_value"]) == ("61.2", "%", "61.2")
    assert (test["quantity_in"], test["quantity_unit"]) == ("30", "公斤")
    assert (test["tested_at"], test["tested_on"]) == ("2026-06-30T22:10:00Z", "2026-07-01")
    assert test["row_number"] == 2


@pytest.mark.parametrize("dies_after", [1, 2, 3])
async def test_a_worker_that_dies_loses_nothing_and_doubles_nothing(
    market: Market, monkeypatch: pytest.MonkeyPatch, dies_after: int
) -> None:
    monkeypatch.setattr(imports, "CHUNK_ROWS", 4)
    monkeypatch.setattr(imports, "TRANSACTION_ROWS", 10)
    content = file_of(*(row(number, value="75" if number % 7 == 0 else "3", product="韭菜") for number in range(41)))
    sent = await market.upload(content)
    halfway = await market.take_in(sent, chunks=dies_after)
    assert (halfway["state"], halfway["rows_done"]) == ("running", 12 * dies_after)
    assert await market.count("rapid_tests") == halfway["accepted"] == 12 * dies_after
    finished = await market.take_in(sent)
    assert (finished["state"], finished["rows_done"], finished["accepted"]) == ("done", 41, 41)
    assert await market.count("rapid_tests") == 41
    assert await market.count("whistles") == finished["positives"] == 6
    assert await figure(market, "sampling.rapid_tests") == 41


async def test_two_workers_on_one_file_do_its_rows_once(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK_ROWS", 5)
    monkeypatch.setattr(imports, "TRANSACTION_ROWS", 5)
    sent = await market.upload(file_of(*(row(number) for number in range(40))))
    await asyncio.gather(market.take_in(sent), market.take_in(sent))
    finished = await market.take_in(sent)
    assert (finished["state"], finished["accepted"], finished["duplicate"]) == ("done", 40, 0)
    assert await market.count("rapid_tests") == 40


async def test_the_same_file_again_is_the_same_upload_until_it_has_been_given_up(market: Market) -> None:
    content = file_of(row(1))
    first = await market.upload(content)
    assert (await market.upload(content))["id"] == first["id"]
    cancelled = await market.client.post(f"/v1/jobs/{first['job_id']}/cancellation")
    assert cancelled.status_code == 202
    assert (await market.get(f"/v1/rapid-test-uploads/{first['id']}"))["state"] == "cancelled"
    second = await market.upload(content)
    assert second["id"] != first["id"]
    assert (await market.take_in(second))["accepted"] == 1


async def test_a_dry_run_answers_like_the_real_one_and_stores_nothing(market: Market) -> None:
    content = file_of(row(1, value="80"), row(1), row(2, product=""))
    dry = await market.take_in(await market.upload(content, dry_run="true"))
    real = await market.take_in(await market.upload(content))
    names = ("accepted", "duplicate", "rejected", "positives", "rows_done")
    assert [dry[name] for name in names] == [real[name] for name in names] == [1, 1, 1, 1, 3]
    assert await market.count(f"rapid_tests WHERE upload_id = '{dry['id']}'") == 0
    assert (await market.client.get(f"/v1/rapid-test-uploads/{dry['id']}/rejected-rows")).text.count("\n") == 2


async def test_the_file_of_a_dry_run_is_taken_in_without_being_sent_again(market: Market) -> None:
    dry = await market.take_in(await market.upload(file_of(row(1), row(2), row(3, product="")), dry_run="true"))
    path = f"/v1/rapid-test-uploads/{dry['id']}/acceptance"
    accepted = await market.client.post(path)
    assert accepted.status_code == 202, accepted.text
    real = accepted.json()
    assert (real["dry_run"], real["file_name"], real["site_id"]) == (False, dry["file_name"], dry["site_id"])
    assert (await market.client.post(path)).json()["id"] == real["id"], "asked again, the same upload"
    done = await market.take_in(real)
    assert (done["accepted"], done["rejected"]) == (2, 1)
    assert await market.count("rapid_tests") == 2
    again = await market.client.post(path)
    assert (again.json()["id"], again.json()["state"]) == (real["id"], "done")
    assert (await market.upload(file_of(row(1), row(2), row(3, product=""))))["id"] == real["id"]


async def test_only_a_finished_dry_run_of_ones_own_is_accepted(market: Market, keys: TestKeys) -> None:
    def path(upload: dict[str, Any]) -> str:
        return f"/v1/rapid-test-uploads/{upload['id']}/acceptance"

    waiting = await market.upload(file_of(row(1)), dry_run="true")
    real = await market.upload(file_of(row(2)))
    for upload in (waiting, real):
        answer = await market.client.post(path(upload))
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/dry-run-not-acceptable")
    dry = await market.take_in(waiting)
    headers = {"Authorization": f"Bearer {keys.token(Role.INSPECTOR, regions=[HAISHU])}"}
    assert (await market.client.post(path(dry), headers=headers)).status_code == 404
    for file in (market.data_dir / RapidTestUpload.FOLDER).iterdir():
        file.unlink()
    cleared = await market.client.post(path(dry))
    assert cleared.status_code == 409
    assert "重新上传" in cleared.json()["detail"]
    uploads = (await market.get("/v1/rapid-test-uploads"))["items"]
    assert len(uploads) == 2, "a refusal leaves no upload behind"


async def test_rows_without_a_device_number_are_suspected_and_kept_until_somebody_decides(market: Market) -> None:
    lines = "摊位号,样品名称,检测项目,检测方法,检测值,检测时间\n"
    line = "A-1,韭菜,农残,酶抑制率法,{value},2026-07-01 06:10\n"
    content = (lines + line.format(value=70) * 2 + line.format(value=71)).encode()
    upload = await market.take_in(await market.upload(content))
    assert (upload["accepted"], upload["suspected_duplicate"], upload["positives"]) == (2, 1, 2)
    assert await figure(market, "sampling.rapid_tests") == 2
    [suspect] = (await market.get("/v1/rapid-tests", suspected_duplicates="true"))["items"]
    assert suspect["suspected_duplicate_of"]
    assert suspect["counted_at"] is None
    address = f"/v1/rapid-tests/{suspect['id']}/confirmation"
    confirmed = await market.client.post(address, headers={"Idempotency-Key": "confirm-0001"})
    assert (confirmed.status_code, confirmed.json()["counted_at"] is not None) == (200, True)
    assert await figure(market, "sampling.rapid_tests") == 3
    assert await market.count("whistles") == 3
    again = await market.client.post(address, headers={"Idempotency-Key": "confirm-0002"})
    assert again.json()["type"] == "/problems/rapid-test-not-suspected"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "table-unreadable"),
        ("摊位号,样品名称\nA,b\n".encode(), "table-header-unclear"),
        ("样品名称,品名,检测项目,检测值,检测时间\n".encode(), "table-header-unclear"),
        (b"<html><table></table></html>", "table-unreadable"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why_and_may_be_sent_again(
    market: Market, content: bytes, problem: str
) -> None:
    sent = await market.upload(content)
    with pytest.raises(Problem):
        await market.take_in(sent)
    upload = await market.get(f"/v1/rapid-test-uploads/{sent['id']}")
    assert (upload["state"], upload["problem"]["type"]) == ("failed", f"/problems/{problem}")
    assert (await market.upload(content))["id"] != sent["id"]
    assert len(list((market.data_dir / RapidTestUpload.FOLDER).iterdir())) == 1


async def test_an_upload_whose_job_failed_for_good_says_so(market: Market) -> None:
    sent = await market.upload(file_of(row(1)))
    async with market.sessions() as session, session.begin():
        failed = text("UPDATE jobs SET state = 'failed', error = 'OSError: disk' WHERE id = :id")
        await session.execute(failed, {"id": UUID(sent["job_id"])})
    [listed] = (await market.get("/v1/rapid-test-uploads"))["items"]
    assert (listed["state"], listed["problem"]["type"]) == ("failed", "/problems/rapid-test-upload-stopped")
    assert "OSError: disk" in listed["problem"]["detail"]
    assert await market.get(f"/v1/rapid-test-uploads/{sent['id']}") == listed


async def test_times_out_of_reach_cost_only_their_rows(market: Market) -> None:
    days = ("0001-01-01", "9999-12-31T23:59:00-08:00", "2026-07-01")
    upload = await market.take_in(await market.upload(file_of(*(row(at, day=day) for at, day in enumerate(days)))))
    assert (upload["state"], upload["accepted"], upload["rejected"]) == ("done", 1, 2)


async def test_an_unclear_header_can_be_decided_by_the_sender(market: Market) -> None:
    content = "品名,样品名称,检测项目,检测结果,检测时间\n甲,韭菜,氯霉素,阴性,2026-07-01\n".encode()
    sent = await market.upload(content, mapping='{"product_name": "样品名称"}')
    upload = await market.take_in(sent)
    assert (upload["accepted"], upload["preview"]["unused"]) == (1, ["品名"])
    [test] = (await market.get("/v1/rapid-tests", upload_id=sent["id"]))["items"]
    assert (test["product_name"], test["verdict"]) == ("韭菜", "negative")


@pytest.mark.parametrize(
    ("files", "data", "status"),
    [
        ({}, {"site_id": "0199f3a0-0000-7000-8000-000000000001"}, 422),
        ({"file": ("a.csv", b"x")}, {"site_id": "0199f3a0-0000-7000-8000-000000000001"}, 404),
        ({"file": ("a.csv", b"x")}, {"site_id": "甲"}, 422),
        ({"file": ("a.csv", b"x")}, {"mapping": "[]"}, 422),
        ({"file": ("a.csv", b"x")}, {"colour": "red"}, 422),
    ],
)
async def test_a_wrong_form_is_refused_and_leaves_no_file(
    market: Market, files: dict[str, Any], data: dict[str, str], status: int
) -> None:
    sent = files or {"other": ("a.csv", b"x")}
    answer = await market.client.post("/v1/rapid-test-uploads", files=sent, data=data)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert list((market.data_dir / RapidTestUpload.FOLDER).iterdir()) == []


async def test_a_file_over_the_limit_is_refused_while_it_arrives(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = TableLimits(max_bytes=100_000)
    monkeypatch.setattr("services.sampling.rapid_tests.router.LIMITS", small)
    read = 0

    async def endless() -> Any:
        nonlocal read
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        while read < 10_000_000:
            read += 50_000
            yield b"a" * 50_000

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await market.client.post("/v1/rapid-test-uploads", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/table-too-large")
    assert list((market.data_dir / RapidTestUpload.FOLDER).iterdir()) == []


async def test_an_upload_is_seen_by_its_sender_and_the_region_only(market: Market, keys: TestKeys) -> None:
    sent = await market.upload(file_of(row(1)))
    for region, status in ((HAISHU, 200), (NANHAI, 404)):
        token = keys.token(Role.INSPECTOR, regions=[region])
        headers = {"Authorization": f"Bearer {token}"}
        answer = await market.client.get(f"/v1/rapid-test-uploads/{sent['id']}", headers=headers)
        assert answer.status_code == status


async def figure(market: Market, code: str) -> int:
    """What was recorded of a figure, folded or not."""
    async with market.sessions() as session:
        query = text("SELECT coalesce(sum(numerator), 0) FROM figure_deltas WHERE code = :code")
        return int(await session.scalar(query, {"code": code}) or 0)
