"""A bureau's workbook: every row answered, broken ones back for correction, nothing doubled, nothing half stored."""

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from openpyxl import load_workbook
from sqlalchemy import select

from services.sampling.form_workbooks import imports
from services.sampling.form_workbooks.columns import FORM_COLUMNS, SHEET
from services.sampling.form_workbooks.imports import FormImport
from services.sampling.separation.models import Participation
from shared.app import create_app
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Duty
from shared.http.problems import Problem
from shared.tabular.writing import xlsx_file
from shared.times import day_of, start_of_day
from tests.conftest import service_of, settings_of
from tests.services.sampling.factories import HAISHU, NANHAI
from tests.tokens import TestKeys

HEADER = [column.label for column in FORM_COLUMNS]


def row(number: int, **change: str) -> list[str]:
    """An invented row; `change` by header."""
    cells = {
        "抽样单编号": f"XBJ26330203{number:09d}",
        "任务类型": "监督抽检",
        "抽样环节": "流通",
        "任务来源": "（演示）区级监督抽检",
        "抽样人": "演示甲、演示乙",
        "抽样日期": "2026-07-01",
        "被抽样单位名称": "演示蔬菜摊（虚构）",
        "样品名称": "豇豆",
        "抽样数量": "3.0",
    }
    return [(cells | change).get(label, "") for label in HEADER]


def workbook(*rows: list[str]) -> bytes:
    return xlsx_file(SHEET, HEADER, rows)


@dataclass
class Bureau:
    """A sampling app on a database of its own, an officer's client, and the worker that takes files in."""

    app: FastAPI
    client: httpx.AsyncClient
    data_dir: Path

    async def upload(self, content: bytes, name: str = "抽样单.xlsx", **fields: str) -> dict[str, Any]:
        data = {"region_code": "330203"} | fields
        answer = await self.client.post("/v1/form-uploads", files={"file": (name, content)}, data=data)
        assert answer.status_code == 202, answer.text
        upload: dict[str, Any] = answer.json()
        return upload

    async def take_in(self, upload: dict[str, Any], chunks: int | None = None) -> dict[str, Any]:
        """Let a worker take in a file, or die after so many chunks; then the upload as it is shown."""
        work = FormImport(UUID(upload["id"]), self.app.state.sessions, self.data_dir).run()
        taken = 0
        async for _ in work:
            taken += 1
            if taken == chunks:
                break
        await work.aclose()
        return await self.get(f"/v1/form-uploads/{upload['id']}")

    async def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        answer = await self.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest_asyncio.fixture
async def bureau(fresh_database: str, keys: TestKeys, tmp_path: Path) -> AsyncIterator[Bureau]:
    app = create_app(service_of(Unit.SAMPLING), settings_of(Unit.SAMPLING, fresh_database, data_dir=tmp_path))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        app.state.token_verifier = keys.verifier
        headers = {"Authorization": f"Bearer {keys.token(Role.INSPECTOR, regions=[HAISHU])}"}
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers)
        )
        yield Bureau(app, client, tmp_path)


async def test_rows_become_samples_or_come_back_and_the_export_is_known_again(bureau: Bureau) -> None:
    elsewhere: dict[str, Any] = {"files": {"file": ("抽样单.xlsx", workbook(row(1)))}, "data": {"region_code": NANHAI}}
    refused = await bureau.client.post("/v1/form-uploads", **elsewhere)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/outside-region")
    content = workbook(
        row(1),
        row(2, 抽样人="演示甲"),
        row(3, 抽样日期="2999-01-01"),
        row(1),
        row(1, 样品名称="四季豆"),
        row(4, 样品名称="", 抽样数量="=很多"),
    )
    dry = await bureau.take_in(await bureau.upload(content, dry_run="true"))
    assert (dry["accepted"], dry["duplicate"], dry["rejected"]) == (1, 1, 4)
    assert (await bureau.get("/v1/samples"))["items"] == [], "a dry run stores nothing"
    sent = await bureau.upload(content)
    upload = await bureau.take_in(sent)
    counts = {name: upload[name] for name in ("state", "accepted", "duplicate", "rejected", "rows_done")}
    assert counts == {"state": "done", "accepted": 1, "duplicate": 1, "rejected": 4, "rows_done": 6}
    rows = (await bureau.get(f"/v1/form-uploads/{sent['id']}/rows"))["items"]
    faults = [(answer["row_number"], error["column"], error["code"]) for answer in rows for error in answer["errors"]]
    assert faults == [
        (3, "抽样人", "samplers"),
        (4, "抽样日期", "day"),
        (6, "抽样单编号", "differs"),
        (7, "样品名称", "cell"),
        (7, "抽样数量", "cell"),
    ]
    assert "样品名称（原为“豇豆”，这里是“四季豆”）" in rows[4]["errors"][0]["message"]

    sample = await bureau.get(f"/v1/samples/{rows[0]['sample_id']}")
    assert (sample["state"], sample["number"], sample["region_code"]) == ("taken", "XBJ26330203000000001", HAISHU)
    assert [entry["kind"] for entry in sample["entries"]] == ["imported"]
    assert [clock["code"] for clock in sample["clocks"]] == ["sample_delivery"]

    exported = await bureau.client.get("/v1/form-workbook", params={"region": HAISHU})
    sheet = load_workbook(io.BytesIO(exported.content))[SHEET]
    assert [cell.value for cell in sheet[2]][:3] == ["XBJ26330203000000001", "监督抽检", "流通"]
    assert sample["blind_code"] not in {cell.value for line in sheet.rows for cell in line}
    again = await bureau.take_in(await bureau.upload(exported.content, "导出.xlsx"))
    assert (again["accepted"], again["duplicate"], again["rejected"]) == (0, 1, 0)


async def test_persons_leave_in_a_workbook_only_for_a_reason(bureau: Bureau) -> None:
    party = {
        "被抽样单位联系人": "演联系人",
        "被抽样单位联系电话": "13800001234",
        "抽样人联系电话": "13900005678、13700009876",
    }
    await bureau.take_in(await bureau.upload(workbook(row(1, **party))))

    def persons(content: bytes) -> set[str]:
        titles, cells = list(load_workbook(io.BytesIO(content))[SHEET].rows)[:2]
        said = {str(title.value).rstrip("*"): cell.value for title, cell in zip(titles, cells, strict=True)}
        return {str(said[name]) for name in party}

    masked = (await bureau.client.get("/v1/form-workbook")).content
    assert persons(masked) == {"演*", "138****1234", "139****5678、137****9876"}
    nobody = await bureau.client.post("/v1/form-workbook/disclosures", json={})
    assert nobody.status_code == 422
    whole = await bureau.client.post("/v1/form-workbook/disclosures", json={"purpose": "（演示）上报国家系统"})
    assert persons(whole.content) == set(party.values())
    again = await bureau.take_in(await bureau.upload(masked, "导出.xlsx"))
    assert (again["duplicate"], again["rejected"]) == (1, 0), "our own export is what is here"
    new = await bureau.upload(workbook(row(2, 被抽样单位联系电话="138****1234")), "别处.xlsx")
    assert (await bureau.take_in(new))["rejected"] == 1


async def imported(bureau: Bureau, number: int) -> dict[str, Any]:
    """A sample from a row of a file, as it is shown."""
    sent = await bureau.upload(workbook(row(number)))
    await bureau.take_in(sent)
    [answer] = (await bureau.get(f"/v1/form-uploads/{sent['id']}/rows"))["items"]
    return await bureau.get(f"/v1/samples/{answer['sample_id']}")


async def correct(bureau: Bureau, sample: dict[str, Any], **blocks: Any) -> httpx.Response:
    """Put the form right; `blocks` extend its blocks or replace its lists."""
    form = sample["form"]
    for name, change in blocks.items():
        form = form | {name: form[name] | change if isinstance(change, dict) else change}
    return await bureau.client.post(
        f"/v1/samples/{sample['id']}/corrections",
        json={"reason": "（演示）抄录有误", "form": form},
        headers={"If-Match": f'"{sample["version"]}"'},
    )


async def test_a_slip_of_the_pen_in_a_paper_form_is_mended_without_what_the_paper_never_had(bureau: Bureau) -> None:
    """No accounts, signatures and photos came with the file; the right words, day and number are taken all the same."""
    sample = await imported(bureau, 21)
    mended = await correct(bureau, sample, goods={"name": "四季豆"}, basics={"sampled_on": "2026-07-03"})
    assert mended.status_code == 200, mended.text
    shown = mended.json()
    assert (shown["food_name"], shown["sampled_on"]) == ("四季豆", "2026-07-03")
    assert datetime.fromisoformat(shown["taken_at"]) == start_of_day(date(2026, 7, 3))
    changed = {change["pointer"] for change in shown["entries"][-1]["details"]["changes"]}
    assert changed == {"/goods/name", "/basics/sampled_on"}
    running = [clock for clock in shown["clocks"] if clock["state"] in ("running", "breached")]
    assert [day_of(datetime.fromisoformat(clock["triggered_at"])) for clock in running] == [date(2026, 7, 3)]
    back = await correct(bureau, shown, basics={"sampled_on": "2026-07-01"})
    assert len([clock for clock in back.json()["clocks"] if clock["state"] in ("running", "breached")]) == 1


async def test_a_correction_of_a_paper_form_takes_nothing_away_and_brings_no_fault_in(bureau: Bureau) -> None:
    sample = await imported(bureau, 22)
    for change, pointer in (
        ({"goods": {"name": None}}, "/form/goods/name"),
        ({"basics": {"sampled_on": "2999-01-01"}}, "/form/basics/sampled_on"),
        ({"samplers": [{"name": "演示甲"}]}, "/form/samplers"),
        ({"basics": {"stream": "assessment"}}, "/form/basics/stream"),
        ({"goods": {"backup_quantity": "9"}}, "/form/goods/backup_quantity"),
    ):
        refused = await correct(bureau, sample, **change)
        assert refused.status_code == 422, (change, refused.text)
        assert pointer in {error["pointer"] for error in refused.json()["errors"]}, (change, refused.text)


async def test_the_accounts_of_samplers_on_paper_are_added_once_and_then_stand(bureau: Bureau) -> None:
    sample = await imported(bureau, 23)
    first, second = str(uuid4()), str(uuid4())
    one = await correct(bureau, sample, samplers=[{"name": "演示甲", "user_id": first}, {"name": "演示乙"}])
    assert one.status_code == 200, one.text
    both = [{"name": "演示甲", "user_id": first}, {"name": "演示乙", "user_id": second}]
    two = await correct(bureau, one.json(), samplers=both)
    assert two.status_code == 200, two.text
    async with bureau.app.state.sessions() as session:
        wanted = select(Participation.user_id).where(
            Participation.sample_id == UUID(sample["id"]), Participation.duty == Duty.SAMPLER
        )
        assert set(map(str, await session.scalars(wanted))) == {first, second}
    exchanged = [{"name": "演示甲", "user_id": first}, {"name": "演示乙", "user_id": str(uuid4())}]
    refused = await correct(bureau, two.json(), samplers=exchanged)
    assert [error["code"] for error in refused.json()["errors"]] == ["fixed"]


async def test_whoever_dies_another_goes_on_and_no_row_is_doubled(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK_ROWS", 2)
    content = workbook(*(row(number) for number in range(5)))
    sent = await bureau.upload(content)
    dead = await bureau.take_in(sent, chunks=1)
    assert (dead["state"], dead["rows_done"]) == ("running", 2)
    upload = await bureau.take_in(sent)
    assert (upload["state"], upload["accepted"], upload["duplicate"]) == ("done", 5, 0)
    assert len((await bureau.get("/v1/samples"))["items"]) == 5
    assert (await bureau.upload(content))["id"] == sent["id"], "the same file is the same upload"


async def test_rejected_rows_come_back_to_be_mended_and_an_unusable_file_as_a_whole(bureau: Bureau) -> None:
    sent = await bureau.upload(workbook(row(1, 抽样环节="路上"), row(2)))
    await bureau.take_in(sent)
    address = f"/v1/form-uploads/{sent['id']}/rejected-rows"
    returned = (await bureau.client.get(address)).content.decode("utf-8-sig")
    assert "应写明是生产、流通、餐饮中的一种" in returned
    upload = await bureau.take_in(await bureau.upload(returned.replace("路上", "流通").encode(), "退回.csv"))
    assert (upload["accepted"], upload["rejected"]) == (1, 0)
    sent = await bureau.upload(xlsx_file(SHEET, ["抽样单编号", "样品名称"], [["XBJ26330203000000001", "豇豆"]]))
    with pytest.raises(Problem):
        await bureau.take_in(sent)
    upload = await bureau.get(f"/v1/form-uploads/{sent['id']}")
    assert upload["state"] == "failed"
    assert {"任务类型", "抽样人"} <= {error["column"] for error in upload["problem"]["errors"]}
