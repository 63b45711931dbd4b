"""From the order to the file: what the list shows to who ordered it, of one moment, and to nobody else."""

import base64
import csv
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from deploy.embedded_postgres import EmbeddedPostgres
from shared.app import create_app
from shared.contracts.codes import Role, Unit
from shared.exports import jobs as export_work
from shared.exports.jobs import export_jobs
from shared.http.problems import InvalidRequest
from shared.jobs.definition import JobCancelled
from shared.settings import UnitSettings
from tests.conftest import copied, service_of, settings_of
from tests.services.inspection.factories import business
from tests.tokens import TestKeys

HAISHU, NANHAI, NINGBO = "330203000000", "440605000000", "330200000000"
TOWN, OTHER_TOWN = "330203001000", "440605124000"


@dataclass
class Work:
    """A job's context whose progress the test looks into; the queue itself is tested elsewhere."""

    settings: UnitSettings
    sessions: async_sessionmaker[AsyncSession]
    payload: Mapping[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=uuid4)
    cancelled: bool = False
    meanwhile: str = ""

    async def progress(self, done: int, total: int | None, **counts: int) -> None:
        if self.cancelled:
            raise JobCancelled
        if self.meanwhile:
            async with self.sessions() as session, session.begin():
                await session.execute(text(self.meanwhile))


@dataclass
class Bureau:
    """The inspection service with some businesses (all invented) on a database of its own."""

    app: FastAPI
    keys: TestKeys

    def client(self, *roles: Role, regions: list[str], actor_id: UUID | None = None) -> httpx.AsyncClient:
        token = self.keys.token(*roles, regions=regions, actor_id=actor_id)
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://test",
            headers={"Authorization": f"Bearer {token}"},
        )

    async def order(self, client: httpx.AsyncClient, kind: str = "businesses", **body: Any) -> httpx.Response:
        key = {"Idempotency-Key": uuid4().hex}
        return await client.post("/v1/exports", json={"kind": kind, **body}, headers=key)

    def work(self, payload: Mapping[str, Any] | None = None, **more: Any) -> Work:
        return Work(self.app.state.settings, self.app.state.sessions, payload or {}, **more)

    async def write(self, ordered: httpx.Response, **more: Any) -> Mapping[str, Any] | None:
        assert ordered.status_code == 202, ordered.text
        write, _ = export_jobs(service_of(Unit.INSPECTION).exports)
        return await write.run(self.work({"export_id": ordered.json()["id"]}, **more))

    @property
    def files(self) -> list[Path]:
        return list((self.app.state.settings.data_dir / "inspection" / "exports").glob("*"))


@pytest_asyncio.fixture(scope="module")
async def bureau(
    postgres: EmbeddedPostgres, template: str, keys: TestKeys, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bureau]:
    async with copied(postgres, template) as url:
        settings = settings_of(Unit.INSPECTION, url, data_dir=tmp_path_factory.mktemp("exports"))
        app = create_app(service_of(Unit.INSPECTION), settings)
        async with app.router.lifespan_context(app):
            app.state.token_verifier = keys.verifier
            made = Bureau(app, keys)
            async with made.client(Role.FOOD_SAFETY_OFFICE, regions=[HAISHU, NANHAI]) as office:
                for name, region in (
                    ("=演示甲店（虚构）", TOWN),
                    ("演示乙店（虚构）", TOWN),
                    ("演示丙店（虚构）", OTHER_TOWN),
                ):
                    body = business(name=name, region_code=region, phone="13800001234", uscc=None)
                    entered = await office.post("/v1/businesses", json=body, headers={"Idempotency-Key": uuid4().hex})
                    assert entered.status_code == 201, entered.text
            yield made


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines()))


async def test_a_file_holds_what_the_list_shows_and_says_what_it_is(bureau: Bureau) -> None:
    async with bureau.client(Role.INSPECTOR, regions=[HAISHU]) as inspector:
        ordered = await bureau.order(inspector)
        assert ordered.json()["state"] == "queued"
        early = await inspector.get(f"{ordered.headers['location']}/file")
        assert (early.status_code, early.json()["type"]) == (409, "/problems/export-not-ready")
        await bureau.write(ordered)
        told = (await inspector.get(ordered.headers["location"])).json()
        file = await inspector.get(f"{ordered.headers['location']}/file")
        assert file.status_code == 200, file.text
        rows = rows_of(file.content)
        assert {row["名称"] for row in rows} == {"'=演示甲店（虚构）", "演示乙店（虚构）"}, (
            "not the one in another region"
        )
        assert "13800001234" not in file.text
        assert (told["rows"], told["bytes"]) == (2, len(file.content))
        digest = hashlib.sha256(file.content)
        assert told["sha256"] == digest.hexdigest()
        assert file.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
        assert [column["label"] for column in told["columns"]] == list(rows[0])
        assert told["as_of"] < told["expires_at"]
        listed = (await inspector.get("/v1/exports")).json()["items"]
        assert [item["id"] for item in listed] == [told["id"]]


async def test_the_filters_are_the_lists(bureau: Bureau) -> None:
    async with bureau.client(Role.INSPECTOR, regions=[HAISHU, NANHAI]) as inspector:
        ordered = await bureau.order(inspector, filters={"region": NANHAI, "q": "演示"})
        await bureau.write(ordered)
        file = await inspector.get(f"{ordered.headers['location']}/file")
        assert [row["名称"] for row in rows_of(file.content)] == ["演示丙店（虚构）"]
        for wrong, pointer in (
            ({"region": "haishu"}, "/filters/region"),
            ({"colour": "red"}, "/filters/colour"),
            ({"kind": "unknown"}, "/filters/kind"),
            ({"limit": 5}, "/filters/limit"),
        ):
            refused = await bureau.order(inspector, filters=wrong)
            assert refused.status_code == 422, wrong
            assert refused.json()["errors"][0]["pointer"] == pointer
        assert (await bureau.order(inspector, kind="persons")).status_code == 422


async def test_who_may_not_read_the_list_exports_nothing_of_it(bureau: Bureau) -> None:
    async with bureau.client(Role.LABORATORY, regions=[HAISHU]) as laboratory:
        refused = await bureau.order(laboratory)
        assert (refused.status_code, refused.json()["detail"][:4]) == (403, "导出主体")
        kinds = [kind["kind"] for kind in (await laboratory.get("/v1/export-kinds")).json()]
        assert "businesses" not in kinds


async def test_a_file_is_its_orderers_and_only_within_the_rights_of_today(bureau: Bureau) -> None:
    someone = uuid4()
    async with bureau.client(Role.INSPECTOR, regions=[HAISHU], actor_id=someone) as inspector:
        ordered = await bureau.order(inspector)
        await bureau.write(ordered)
        address = ordered.headers["location"]
        assert (await inspector.get(f"{address}/file")).status_code == 200
    async with bureau.client(Role.INSPECTOR, regions=[HAISHU]) as colleague:
        for path in (address, f"{address}/file"):
            assert (await colleague.get(path)).status_code == 404
        assert (await colleague.delete(address)).status_code == 404
    async with bureau.client(Role.INSPECTOR, regions=[NANHAI], actor_id=someone) as moved:
        assert (await moved.get(f"{address}/file")).status_code == 403, "works in another district by now"
    async with bureau.client(Role.LABORATORY, regions=[HAISHU], actor_id=someone) as other_office:
        assert (await other_office.get(f"{address}/file")).status_code == 403
    async with bureau.client(Role.INSPECTOR, regions=[NINGBO], actor_id=someone) as promoted:
        assert (await promoted.get(f"{address}/file")).status_code == 200


async def test_all_rows_are_of_one_moment(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the first row is written, the others change: the file does not mix before and after."""
    monkeypatch.setattr(export_work, "PAGE_ROWS", 1)
    async with bureau.client(Role.INSPECTOR, regions=[HAISHU]) as inspector:
        ordered = await bureau.order(inspector)
        change = "UPDATE businesses SET address = '改了的地址（虚构）'"
        await bureau.write(ordered, meanwhile=change)
        rows = rows_of((await inspector.get(f"{ordered.headers['location']}/file")).content)
        assert len(rows) == 2
        assert {row["地址"] for row in rows} & {"改了的地址（虚构）"} == set()


async def test_a_cancelled_or_too_large_export_leaves_no_file(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(bureau.files)
    async with bureau.client(Role.INSPECTOR, regions=[HAISHU]) as inspector:
        with pytest.raises(JobCancelled):
            await bureau.write(await bureau.order(inspector), cancelled=True)
        monkeypatch.setattr(export_work, "MOST_ROWS", 1)
        with pytest.raises(InvalidRequest):
            await bureau.write(await bureau.order(inspector))
    assert set(bureau.files) == before


async def test_a_file_is_deleted_by_hand_or_when_its_time_is_over(bureau: Bureau) -> None:
    async with bureau.client(Role.INSPECTOR, regions=[HAISHU]) as inspector:
        first, second, waiting = [await bureau.order(inspector) for _ in range(3)]
        for ordered in (first, second):
            await bureau.write(ordered)
        assert (await inspector.delete(first.headers["location"])).status_code == 204
        assert (await inspector.get(f"{first.headers['location']}/file")).status_code == 404
        assert (await inspector.delete(waiting.headers["location"])).status_code == 204
        assert (await inspector.get(waiting.headers["location"])).json()["state"] == "cancelled"
        async with bureau.app.state.sessions() as session, session.begin():
            await session.execute(text("UPDATE exports SET expires_at = now()"))
        _, forget = export_jobs(service_of(Unit.INSPECTION).exports)
        await forget.run(bureau.work())
        assert bureau.files == []
        told = (await inspector.get(second.headers["location"])).json()
        assert told["deleted_at"] is not None
        assert told["rows"] == 2, "that it was exported, by whom and when, stays on record"


async def test_nobody_keeps_more_files_than_twenty(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    async with bureau.client(Role.INSPECTOR, regions=[HAISHU]) as inspector:
        answers = [await bureau.order(inspector) for _ in range(21)]
        assert [answer.status_code for answer in answers] == [202] * 20 + [409]
        await inspector.delete(answers[0].headers["location"])
        assert (await bureau.order(inspector)).status_code == 202
