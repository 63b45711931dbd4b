"""Invented files of results, and the bureau and laboratory that send them."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import xlsxwriter
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import selectinload

from services.sampling.laboratories.models import Laboratory
from services.sampling.reports.models import Report
from services.sampling.result_imports.imports import Import
from services.sampling.samples.models import Sample
from shared.times import day_of, now
from tests.services.sampling.reports.making import received_sample

REPORTS, ITEMS = "食品抽检检验报告主信息", "食品抽检检验项目信息"
REPORT_HEADER = (
    *("抽样单编号*", "报告分类1*", "报告书编号*", "报告分类*", "委托单位*", "报告日期*", "主检人", "报告签发人*"),
    *("检验结论*", "检验报告备注", "联系人(检验机构)*", "电话(检验机构)*", "电子邮箱(检验机构)*", "地址(检验机构)*"),
    *("邮编(检验机构)*", "传真(检验机构)*", "填报人(检验机构)*", "填报日期*", "电话(填报人)*", "电子邮箱(填报人)*"),
)
ITEM_HEADER = (
    *("抽样单编号*", "报告分类1*", "检验项目ID*", "检验项目*", "检验结果*", "结果单位*", "标准限值*", "标准限值单位*"),
    *("结果判定*", "说明", "检验依据*", "判定依据*", "方法检出限*", "方法检出限单位*", "标准方法检出限*"),
    *("标准方法检出限单位*", "标准最小允许限*", "标准最小允许限单位*", "标准最大允许限*", "标注最大允许限单位*"),
    *("最小允许限*", "最小允许限单位*", "最大允许限*", "最大允许限单位*"),
)
Table = Sequence[Sequence[Any]]


def excel_serial(day: date) -> int:
    """A day as spreadsheets count it."""
    return (day - date(1899, 12, 30)).days


def yesterday() -> date:
    return day_of(now()) - timedelta(days=1)


def report_row(key: str, **change: Any) -> list[Any]:
    """A row of the report sheet, with an Excel serial date."""
    said = {
        "抽样单编号*": key,
        "报告分类1*": "合格报告",
        "报告书编号*": f"DEMO-{key}",
        "报告日期*": excel_serial(yesterday()),
        "主检人": "演示主检（虚构）",
        "报告签发人*": "演示签发（虚构）",
        "检验结论*": "合格",
        "填报日期*": excel_serial(yesterday()),
    } | change
    return [said.get(name, "") for name in REPORT_HEADER]


def item_row(key: str, item: str = "铅（以Pb计）", result: str = "0.12", **change: Any) -> list[Any]:
    """A row of the item sheet: lead below its printed limit."""
    said = {
        "抽样单编号*": key,
        "检验项目*": item,
        "检验结果*": result,
        "结果单位*": "mg/kg",
        "标准限值*": "≤0.3",
        "标准限值单位*": "mg/kg",
        "结果判定*": "合格项",
        "检验依据*": "GB 5009.12-2023 第一法",
        "判定依据*": "GB 2762-2022",
        "方法检出限*": "0.02",
        "方法检出限单位*": "mg/kg",
        "标准最小允许限*": "0.0",
        "最大允许限*": "/",
    } | change
    return [said.get(name, "") for name in ITEM_HEADER]


def workbook(reports: Table, items: Table, *, titles: int = 1, spacers: bool = False) -> bytes:
    """The exchange workbook: title rows above the header, and blank columns between the others if wanted."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet("食品抽检抽样单信息").write_row(0, 0, ["抽样单编号*", "任务类型"])
    for name, header, rows in ((REPORTS, REPORT_HEADER, reports), (ITEMS, ITEM_HEADER, items)):
        sheet = book.add_worksheet(name)
        for line in range(titles):
            sheet.write(line, 0, f"{name}（演示）")
        for line, row in enumerate([header, *rows], start=titles):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(line, column * (2 if spacers else 1), value)
    book.close()
    return target.getvalue()


def table(rows: Sequence[Mapping[str, Any]], header: Sequence[str] = ()) -> bytes:
    """One table as a CSV file."""
    target = io.StringIO(newline="")
    names = list(header or dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(target, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode("utf-8-sig")


@dataclass
class House:
    """A bureau and a laboratory that send files, and the worker that takes them in; everything commits."""

    app: FastAPI
    officer: httpx.AsyncClient
    tester: httpx.AsyncClient
    laboratory: Laboratory
    data_dir: Path

    @property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        sessions: async_sessionmaker[AsyncSession] = self.app.state.sessions
        return sessions

    async def samples(self, count: int, **change: Any) -> list[Sample]:
        async with self.sessions() as session, session.begin():
            return [await received_sample(session, self.laboratory, **change) for _ in range(count)]

    async def send(self, content: bytes, *, by: httpx.AsyncClient | None = None, **fields: Any) -> dict[str, Any]:
        """Send a file and have it taken in; the upload as it is shown then."""
        sender = by or self.officer
        data = {name: str(value) for name, value in fields.items()}
        answer = await sender.post("/v1/result-uploads", files={"file": ("演示.xlsx", content)}, data=data)
        assert answer.status_code == 202, answer.text
        return await self.take_in(answer.json()["id"], sender)

    async def take_in(self, upload_id: str, sender: httpx.AsyncClient, batches: int | None = None) -> dict[str, Any]:
        """Let a worker take in a file, or die after so many batches."""
        work = Import(UUID(upload_id), self.sessions, self.data_dir).run()
        taken = 0
        async for _ in work:
            taken += 1
            if taken == batches:
                break
        await work.aclose()
        answer = await sender.get(f"/v1/result-uploads/{upload_id}")
        assert answer.status_code == 200, answer.text
        upload: dict[str, Any] = answer.json()
        return upload

    async def rows(self, upload: Mapping[str, Any], *, by: httpx.AsyncClient | None = None) -> list[dict[str, Any]]:
        answer = await (by or self.officer).get(f"/v1/result-uploads/{upload['id']}/rows", params={"limit": 100})
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["items"]
        return rows

    async def reports(self, sample: Sample) -> Sequence[Report]:
        statement = select(Report).where(Report.sample_id == sample.id).order_by(Report.edition)
        async with self.sessions() as session:
            loaded = statement.options(selectinload(Report.items), selectinload(Report.entries))
            return (await session.scalars(loaded)).all()

    async def count(self, table_name: str) -> int:
        async with self.sessions() as session:
            return int(await session.scalar(text(f"SELECT count(*) FROM {table_name}")) or 0)
