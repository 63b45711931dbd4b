"""The limit table over HTTP: shipped rows, corrections that append, a file taken in whole or not at all."""

import io
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio
from openpyxl import Workbook
from sqlalchemy import func, select

from services.sampling.limits.columns import read_file
from services.sampling.limits.models import FoodLimit
from services.sampling.limits.seed import SHIPPED_LIMITS, seed_limits
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, key

HEADER = "标准号,项目,食品类别代码,除外类别代码,限值,单位,依据,已核实"
NEW = {
    "standard_code": "GB 2762-2025",
    "item": "演示项目",
    "category_code": "33.02",
    "limit": "≤0.10",
    "unit": "mg/kg",
    "source": "演示依据（虚构）",
    "verified": True,
}


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def _import(office: httpx.AsyncClient, content: bytes, **fields: str) -> httpx.Response:
    return await office.post("/v1/limit-imports", files={"file": ("限值.csv", content)}, data=fields)


def _csv(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows)).encode("gb18030")


async def test_every_shipped_row_names_its_source_and_none_claims_to_be_verified(office: httpx.AsyncClient) -> None:
    shipped = (await office.get("/v1/limits", params={"limit": 200})).json()["items"]
    assert len(shipped) == len(read_file(SHIPPED_LIMITS).rows) >= 30
    assert all(len(row["source"]) > 10 for row in shipped)
    assert not any(row["verified"] for row in shipped)
    coverage = (await office.get("/v1/limits/coverage")).json()
    assert (coverage["limits"], coverage["verified_limits"]) == (len(shipped), 0)
    assert "待判定" in coverage["statement"]
    assert sum(standard["limits"] for standard in coverage["standards"]) == len(shipped)


async def test_loading_the_shipped_rows_again_adds_nothing(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    before = await session.scalar(select(func.count()).select_from(FoodLimit))
    await seed_limits(session)
    assert await session.scalar(select(func.count()).select_from(FoodLimit)) == before


async def test_a_limit_keeps_the_digits_of_the_standard(office: httpx.AsyncClient) -> None:
    answer = await office.post("/v1/limits", json=NEW, headers=key())
    assert answer.status_code == 201, answer.text
    stored = (await office.get(answer.headers["Location"])).json()
    assert (stored["maximum"], stored["limit"], stored["form"]) == ("0.10", "≤ 0.10", "maximum")


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"limit": "0.1"}, "/limit", "不在可判定的形式之内"),
        ({"limit": "≤0.1mg/kg"}, "/limit", "写在单位一栏"),
        ({"standard_code": "GB 0000"}, "/standard_code", "没有登记标准"),
        ({"category_code": "99"}, "/category_code", "没有这些食品类别"),
        ({"excluded_codes": ["33.02.01", "98"]}, "/excluded_codes", "98"),
    ],
)
async def test_a_limit_that_could_not_be_judged_by_is_refused(
    office: httpx.AsyncClient, change: dict[str, Any], pointer: str, words: str
) -> None:
    answer = await office.post("/v1/limits", json=NEW | change, headers=key())
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["message"]


async def test_a_second_limit_of_the_same_standing_is_refused_and_a_correction_is_not(
    office: httpx.AsyncClient,
) -> None:
    first = (await office.post("/v1/limits", json=NEW, headers=key())).json()
    again = await office.post("/v1/limits", json=NEW | {"item": "演示项目（以Pb计）"}, headers=key())
    assert again.status_code == 409
    assert first["id"] in again.json()["detail"]
    where = f"/v1/limits/{first['id']}/supersession"
    unexplained = await office.post(where, json=NEW | {"limit": "≤0.2"}, headers=key())
    assert unexplained.json()["errors"][0]["pointer"] == "/note"
    corrected = await office.post(where, json=NEW | {"limit": "≤0.2", "note": "录入有误（演示）"}, headers=key())
    assert corrected.status_code == 201
    assert corrected.json()["supersedes_id"] == first["id"]
    old = (await office.get(f"/v1/limits/{first['id']}")).json()
    assert (old["superseded"], old["limit"]) == (True, "≤ 0.10")
    listed = (await office.get("/v1/limits", params={"item": "演示项目"})).json()["items"]
    assert [row["id"] for row in listed] == [corrected.json()["id"]]
    twice = await office.post(where, json=NEW | {"note": "再次"}, headers=key())
    assert twice.status_code == 409


async def test_a_file_is_taken_in_whole(office: httpx.AsyncClient, session_of: SessionOf) -> None:
    content = _csv(
        "GB 2762-2025,演示甲,33.02,,≤0.10,mg/kg,演示依据（虚构）,否",
        "GB 2762-2025,演示乙,33.02,33.02.01|33.02.02,不得检出,,演示依据（虚构）,否",
        'GB 2762-2025,演示丙,05,,"n=5,c=2,m=100,M=1000",CFU/g,演示依据（虚构）,是',
    )
    checked = await _import(office, content, dry_run="true")
    assert checked.json() == {
        "file_name": "限值.csv",
        "rows": 3,
        "stored": 0,
        "dry_run": True,
        "unused_columns": [],
    }
    assert (await _import(office, content)).json()["stored"] == 3
    session = await session_of(Unit.SAMPLING)
    plan = (await session.scalars(select(FoodLimit).where(FoodLimit.item == "演示丙"))).one()
    assert (plan.plan_n, plan.plan_c, plan.plan_m, plan.plan_upper) == (5, 2, Decimal(100), Decimal(1000))
    again = await _import(office, content)
    assert again.status_code == 422
    assert "已有" in again.json()["errors"][0]["message"]


async def test_one_bad_cell_keeps_the_whole_file_out_and_every_fault_has_its_place(
    office: httpx.AsyncClient, session_of: SessionOf
) -> None:
    answer = await _import(
        office,
        _csv(
            "GB 2762-2025,演示甲,33.02,,≤0.10,mg/kg,演示依据（虚构）,否",
            "GB 2762-2025,演示乙,33.02,,0.1,mg/kg,演示依据（虚构）,否",
            "GB 0000,演示丙,99,98,不得检出,,演示依据（虚构）,也许",
            "GB 0000,演示丁,99,98,不得检出,,演示依据（虚构）,是",
            "GB 2762-2025,演示 甲,33.02,,≤0.2,mg/kg,演示依据（虚构）,否",
        ),
    )
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/limit-file-refused"
    found = {(error["row"], error["column"]) for error in answer.json()["errors"]}
    assert found == {
        (3, "限值"),
        (4, "已核实"),
        (5, "标准号"),
        (5, "食品类别代码"),
        (5, "除外类别代码"),
        (6, "项目"),
    }
    session = await session_of(Unit.SAMPLING)
    assert await session.scalar(select(func.count()).where(FoodLimit.item.startswith("演示"))) == 0


async def test_a_workbook_is_read_like_a_csv(office: httpx.AsyncClient) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(HEADER.split(","))
    sheet.append(["GB 2762-2025", "演示甲", "33.02", None, "≤0.10", "mg/kg", "演示依据（虚构）", "否"])
    content = io.BytesIO()
    workbook.save(content)
    assert (await _import(office, content.getvalue())).json()["stored"] == 1


async def test_a_file_without_the_needed_columns_is_refused_by_name(office: httpx.AsyncClient) -> None:
    answer = await _import(office, "标准号,项目\nGB 2762-2025,镉".encode())
    assert answer.status_code == 422
    assert "限值" in answer.json()["detail"]


async def test_only_the_office_keeps_limits_and_everybody_reads_them(client_of: ClientOf) -> None:
    laboratory = await client_of(Unit.SAMPLING, Role.LABORATORY)
    assert (await laboratory.get("/v1/limits")).status_code == 200
    assert (await laboratory.post("/v1/limits", json=NEW, headers=key())).status_code == 403
    assert (await _import(laboratory, _csv())).status_code == 403
