"""Bulk import: the file is answered line by line, and what was not taken in comes back with its reasons."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.inspection.business_imports import jobs, repository, service
from services.inspection.business_imports.models import BusinessImport
from services.inspection.businesses import service as businesses
from services.inspection.businesses.closures.models import BusinessClosure
from services.inspection.businesses.models import Business, Movement, TimelineEntry
from services.inspection.businesses.persons.models import BusinessPerson
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.main import service as unit
from services.inspection.settings import Settings
from shared.contracts.codes import Role, RowOutcome, Unit
from shared.contracts.inspection import ImportState, PersonRole
from shared.database import create_engine, create_sessions
from shared.events.models import OutboxEvent
from shared.figures.models import FigureDelta
from shared.http.auth import Actor
from shared.http.pagination import PageRequest
from shared.jobs.runner import Pace, run_jobs
from shared.tabular.rejected import RejectedRow, rejected_csv
from tests.conftest import ClientOf
from tests.services.inspection.factories import HAISHU, invented_uscc
from tests.waiting import PATIENCE

HEADER = "主体名称,统一社会信用代码,类别,区划代码,经营地址,经度,纬度,坐标系,食品生产许可证编号,一照多址"
OFFICER = Actor(
    id=uuid4(),
    name="演示检查员（虚构）",
    kind="user",
    roles=frozenset({Role.INSPECTOR}),
    regions=(HAISHU,),
    organisation_id=None,
    business_id=None,
    scopes=frozenset(),
)


def line(number: int, **change: str) -> str:
    cells = {
        "name": f"演示店{number}",
        "uscc": invented_uscc(number),
        "kind": "食品销售",
        "region": "330203009",
        "address": "演示路",
        "longitude": "121.543",
        "latitude": "29.862",
        "system": "高德",
        "sc": "",
        "confirmed": "",
    } | change
    return ",".join(cells.values())


class Desk:
    """Where files are handed in and worked through, on a database of the test's own."""

    def __init__(self, url: str, data_dir: Path, sessions: async_sessionmaker[AsyncSession]) -> None:
        self.settings = Settings(database_url=url, data_dir=data_dir)
        self.sessions = sessions

    async def hand_in(self, content: bytes, import_id: UUID | None = None, *, dry_run: bool = False) -> UUID:
        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(content), 1000):
                yield content[start : start + 1000]

        async with self.sessions() as session, session.begin():
            begun = await service.begin(
                session,
                OFFICER,
                import_id or uuid4(),
                pieces(),
                "演示.csv",
                self.settings.data_dir,
                dry_run=dry_run,
            )
        return begun.id

    async def work(self, import_id: UUID) -> BusinessImport:
        """Run the worker until the import is answered."""
        stop = asyncio.Event()
        worker = asyncio.create_task(run_jobs(unit, self.settings, stop, Pace(restart_seconds=0.1)))
        try:
            async with asyncio.timeout(PATIENCE):
                while (current := await self.look(import_id)).finished_at is None:  # noqa: ASYNC110 (it is the database that tells)
                    await asyncio.sleep(0.05)
        finally:
            stop.set()
            await worker
        return current

    async def look(self, import_id: UUID) -> BusinessImport:
        async with self.sessions() as session:
            return await service.read_import(session, OFFICER, import_id)

    async def imported(self, content: bytes) -> BusinessImport:
        return await self.work(await self.hand_in(content))

    async def reasons(self, import_id: UUID) -> dict[int, tuple[str, str]]:
        """Row number → outcome and reasons of the lines that were not simply taken in."""
        async with self.sessions() as session:
            rows, _ = await repository.list_rows(session, import_id, None, PageRequest(limit=200))
        return {row.row_number: (row.outcome, "；".join(r["message"] for r in row.reasons)) for row in rows}

    async def count(self, model: Any) -> int:
        async with self.sessions() as session:
            return int(await session.scalar(select(func.count()).select_from(model)) or 0)


@pytest_asyncio.fixture
async def desk(fresh_database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    engine = create_engine(Settings(database_url=fresh_database))
    yield Desk(fresh_database, tmp_path, create_sessions(engine))
    await engine.dispose()


def counts(current: BusinessImport) -> tuple[int, int, int, int]:
    return current.accepted, current.duplicate, current.suspected_duplicate, current.rejected


def csv_of(*lines: str) -> bytes:
    return "\r\n".join([HEADER, *lines]).encode("gb18030")


async def test_every_line_gets_its_answer_with_row_number_and_reason(desk: Desk) -> None:
    current = await desk.imported(
        csv_of(
            line(1),
            line(2, uscc=invented_uscc(2)[:-1]),
            line(1),
            line(1, name="演示店一分店"),
            line(1, name="演示店二分店", confirmed="是"),
            line(3, region="330203"),
            line(4, region="440605011"),
            line(5, system=""),
            line(6, sc="SC10133020300018"),
            line(7, kind="修理"),
            line(8, name=""),
        )
    )
    assert current.state is ImportState.FINISHED
    assert counts(current) == (2, 1, 1, 7)
    answered = await desk.reasons(current.id)
    assert {number: outcome for number, (outcome, _) in answered.items()} == {
        3: RowOutcome.REJECTED,
        4: RowOutcome.DUPLICATE,
        5: RowOutcome.SUSPECTED_DUPLICATE,
        **dict.fromkeys((7, 8, 9, 10, 11, 12), RowOutcome.REJECTED),
    }
    said = {3: "17 位", 5: "一照多址", 7: "镇街", 8: "管辖区域", 9: "一并填写", 10: "校验位", 11: "应为", 12: "必填"}
    for number, words in said.items():
        assert words in answered[number][1], answered[number]
    assert not any("Value error" in reason for _, reason in answered.values())


async def test_accepted_lines_are_on_file_in_figures_and_told(desk: Desk) -> None:
    await desk.imported(csv_of(*(line(number) for number in range(1, 4))))
    assert await desk.count(Business) == 3
    async with desk.sessions() as session:
        types = set(await session.scalars(select(OutboxEvent.type)))
        summed = await session.scalar(
            select(func.sum(FigureDelta.numerator)).where(FigureDelta.code == "inspection.businesses")
        )
    assert types == {"inspection.business.registered.v1"}
    assert summed == 3


async def test_the_rejected_rows_can_be_corrected_and_sent_again(desk: Desk) -> None:
    first = await desk.imported(csv_of(line(1), line(2, kind="修理")))
    async with desk.sessions() as session:
        rows = await repository.rows_to_correct(session, first.id)
    rejected = [RejectedRow(row.row_number, row.cells, [r["message"] for r in row.reasons]) for row in rows]
    handed_back = b"".join(rejected_csv(first.header, rejected)).decode("utf-8-sig")
    assert "应为" in handed_back
    second = await desk.imported(handed_back.replace("修理", "餐饮服务").encode("utf-8-sig"))
    assert counts(second) == (1, 0, 0, 0)
    assert await desk.count(Business) == 2


async def test_a_workbook_is_read_as_well(desk: Desk) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (HEADER, line(1), line(2)):
        sheet.append(cells.split(","))
    content = io.BytesIO()
    book.save(content)
    assert counts(await desk.imported(content.getvalue())) == (2, 0, 0, 0)


async def test_the_same_file_under_the_same_id_is_taken_once_and_another_refused(desk: Desk) -> None:
    import_id = uuid4()
    content = csv_of(line(1))
    await desk.hand_in(content, import_id)
    await desk.hand_in(content, import_id)
    with pytest.raises(service.ImportIdTaken):
        await desk.hand_in(csv_of(line(2)), import_id)
    assert counts(await desk.work(import_id)) == (1, 0, 0, 0)
    folder = service.path_of(desk.settings.data_dir, import_id).parent
    assert [path.name for path in folder.iterdir()] == [str(import_id)], "refused uploads leave nothing behind"


async def test_a_file_that_cannot_be_read_fails_as_a_whole_and_says_why(desk: Desk) -> None:
    current = await desk.imported("甲,乙\r\n1,2\r\n".encode())
    assert current.state is ImportState.FAILED
    assert "主体名称" in (current.error or "")


async def test_an_interrupted_import_goes_on_where_it_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "CHUNK", 2)
    import_id = await desk.hand_in(csv_of(*(line(number) for number in range(1, 6))))
    async with desk.sessions() as session, session.begin():
        current = await session.get_one(BusinessImport, import_id)
        current.rows_done, current.accepted = 2, 2
    finished = await desk.work(import_id)
    assert counts(finished) == (5, 0, 0, 0)
    assert await desk.count(Business) == 3, "the first two lines were answered before"


async def test_a_dry_run_answers_as_the_import_would_and_enters_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "CHUNK", 2)
    content = csv_of(line(1), line(2, kind="修理"), line(3), line(1), line(1, name="演示店一分店"), line(4))
    dry = await desk.work(await desk.hand_in(content, dry_run=True))
    answered = await desk.reasons(dry.id)
    assert counts(dry) == (3, 1, 1, 1)
    assert [await desk.count(model) for model in (Business, OutboxEvent, FigureDelta)] == [0, 0, 0]
    async with desk.sessions() as session, session.begin():
        taken = await service.accept(session, OFFICER, dry.id)
        assert (taken.state, taken.rows_done) == (ImportState.QUEUED, 0)
        assert await service.accept(session, OFFICER, dry.id) is taken
    real = await desk.work(dry.id)
    assert (counts(real), await desk.reasons(dry.id)) == (counts(dry), answered)
    assert await desk.count(Business) == 3


async def test_an_unfinished_dry_run_cannot_be_accepted(desk: Desk) -> None:
    import_id = await desk.hand_in(csv_of(line(1)), dry_run=True)
    async with desk.sessions() as session:
        with pytest.raises(service.DryRunNotFinished):
            await service.accept(session, OFFICER, import_id)
        with pytest.raises(service.UnknownImport):
            await service.accept(session, replace(OFFICER, id=uuid4()), import_id)


FULL_HEADER = (
    "主体名称,统一社会信用代码,类别,区划代码,经营地址,状态,电话,负责人,经营范围,经度,纬度,坐标系,摊位号,"
    "食品经营许可证编号,许可有效期至,发证机关"
)
FULL_LINE = (
    f"演示　全项店（虚构）,{invented_uscc(7).lower()},餐饮,330203009,演示路 7 号,停业,０５７４-1234567,演示甲（虚构）,"
    "餐饮服务,121.5,29.8,高德,A 1,jy1330203 0000013,2028年12月31日,演示市场监督管理局（虚构）"
)


async def test_an_imported_business_is_as_one_entered_by_itself(desk: Desk) -> None:
    """The import writes tables by COPY and the route by objects: nobody may see the difference."""
    await desk.imported(f"{FULL_HEADER}\r\n{FULL_LINE}\r\n{FULL_LINE}".encode())
    file = BusinessWrite.model_validate(
        {
            "uscc": invented_uscc(8),
            "name": "演示　全项店（虚构）",
            "kind": "catering",
            "status": "suspended",
            "region_code": "330203009",
            "address": "演示路 7 号",
            "phone": "0574-1234567",
            "scope": "餐饮服务",
            "position": {"longitude": "121.5", "latitude": "29.8", "coordinate_system": "gcj02"},
            "stall_number": "A 1",
            "licences": [
                {
                    "kind": "jy",
                    "number": "JY13302030000013",
                    "valid_to": "2028-12-31",
                    "authority": "演示市场监督管理局（虚构）",
                }
            ],
        }
    )
    async with desk.sessions() as session, session.begin():
        entered = await businesses.register(session, OFFICER, uuid4(), file)
    async with desk.sessions() as session:
        imported = (await session.scalars(select(Business).where(Business.uscc == invented_uscc(7)))).one()
        assert differences(imported, entered) == {"id", "uscc", "registered_at"}
        (theirs,), (ours,) = imported.licences, entered.licences
        assert differences(theirs, ours) == {"id", "business_id", "recorded_at"}
        models: tuple[Any, ...] = (TimelineEntry, Movement, BusinessClosure)
        for model in models:
            rows = (await session.scalars(select(model).order_by(model.id))).all()
            by_business = {row.business_id: row for row in rows}
            unlike = differences(by_business[imported.id], by_business[entered.id])
            assert unlike <= {"id", "business_id", "happened_at", "recorded_at"}, (model, unlike)
            assert len(rows) == 2
        events = {event.data["uscc"]: event.data for event in await session.scalars(select(OutboxEvent))}
        unlike = {name for name, value in events[invented_uscc(7)].items() if value != events[invented_uscc(8)][name]}
        assert unlike == {"business_id", "uscc"}
        figures = await session.execute(
            select(FigureDelta.code, FigureDelta.numerator, FigureDelta.denominator).order_by(FigureDelta.id)
        )
        rows_of_both = [tuple(row) for row in figures]
        assert rows_of_both[: len(rows_of_both) // 2] == rows_of_both[len(rows_of_both) // 2 :]
        person = (await session.scalars(select(BusinessPerson))).one()
        assert (person.business_id, person.role, person.name) == (
            imported.id,
            PersonRole.LEGAL_REPRESENTATIVE,
            "演示甲（虚构）",
        )


def differences(one: Any, other: Any) -> set[str]:
    """The columns in which two rows of a table differ."""
    return {
        column.key for column in one.__mapper__.column_attrs if getattr(one, column.key) != getattr(other, column.key)
    }


async def test_nobody_sees_another_s_import(desk: Desk) -> None:
    import_id = await desk.hand_in(csv_of(line(1)))
    async with desk.sessions() as session:
        with pytest.raises(service.UnknownImport):
            await service.read_import(session, replace(OFFICER, id=uuid4()), import_id)


async def test_over_http_a_file_is_the_body(client_of: ClientOf) -> None:
    officer = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    path = f"/v1/business-imports/{uuid4()}"
    answer = await officer.put(f"{path}?name=演示.csv", content=csv_of(line(1)))
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == path
    assert answer.json()["state"] == "queued"
    assert (await officer.get(f"/v1/jobs/{answer.json()['job_id']}")).status_code == 200
    assert [item["file_name"] for item in (await officer.get("/v1/business-imports")).json()["items"]] == ["演示.csv"]
    download = await officer.get(f"{path}/rejected-rows")
    assert (download.status_code, download.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    sampler = await client_of(Unit.INSPECTION, Role.SAMPLER, regions=[HAISHU])
    assert (await sampler.put(path, content=b"")).status_code == 403
