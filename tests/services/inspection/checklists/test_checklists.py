"""Checklists over HTTP: imported, published once and for all, applied by day and business."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from services.inspection.checklists.models import Checklist, ChecklistVersion, Origin, VersionState
from services.inspection.checklists.seed import seed_checklists
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.checklists.lists import CATERING_2016, SHIPPED, file, item
from tests.services.inspection.factories import HAISHU, NANHAI, business, invented_uscc

JSON = dict[str, Any]
LISTS = "/v1/checklists"
FIRST = f"{LISTS}/stall-demo/versions/1"


@pytest_asyncio.fixture
async def keeper(client_of: ClientOf) -> httpx.AsyncClient:
    """The food safety office of 海曙区."""
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


@pytest_asyncio.fixture
async def administrator(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.ADMINISTRATOR, regions=[HAISHU])


@pytest_asyncio.fixture
async def inspector(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def match(answer: httpx.Response) -> dict[str, str]:
    return {"If-Match": answer.headers["ETag"]}


async def bring(client: httpx.AsyncClient, document: JSON) -> httpx.Response:
    return await client.post(LISTS, json=document, headers=key())


async def publish(client: httpx.AsyncClient, imported: httpx.Response, **body: Any) -> httpx.Response:
    assert imported.status_code == 201, imported.text
    return await client.post(f"{imported.headers['Content-Location']}/publication", json=body, headers=match(imported))


async def a_business(inspector: httpx.AsyncClient, **change: Any) -> str:
    answer = await inspector.post("/v1/businesses", json=business(**change), headers=key())
    assert answer.status_code == 201, answer.text
    identifier: str = answer.json()["id"]
    return identifier


def pointers(answer: httpx.Response) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


async def test_a_file_is_imported_checked_published_and_read_back(keeper: httpx.AsyncClient) -> None:
    imported = await bring(keeper, file())
    assert imported.status_code == 201, imported.text
    assert (imported.json()["state"], imported.json()["number"]) == ("draft", 1)
    check = await keeper.get(f"{FIRST}/check")
    assert check.json() == {"publishable": True, "reasons": []}
    published = await publish(keeper, imported, applies_from="2026-03-01")
    assert published.status_code == 200, published.text
    assert (published.json()["state"], published.json()["applies_from"]) == ("published", "2026-03-01")
    listed = (await keeper.get(f"{LISTS}/stall-demo")).json()
    assert [version["state"] for version in listed["versions"]] == ["published"]


async def test_what_is_exported_can_be_imported_elsewhere_and_again(keeper: httpx.AsyncClient) -> None:
    published = await publish(keeper, await bring(keeper, file()))
    exported = await keeper.get(f"{FIRST}/file")
    assert exported.headers["Content-Disposition"] == 'attachment; filename="stall-demo-v1.json"'
    again = await bring(keeper, exported.json())
    assert (again.status_code, again.json()["id"]) == (201, published.json()["id"])
    elsewhere = exported.json()
    elsewhere["checklist"]["code"] = "stall-elsewhere"
    copied = await bring(keeper, elsewhere)
    assert copied.json()["sha256"] == published.json()["sha256"]


async def test_a_shipped_list_is_taken_over_as_a_regional_one(keeper: httpx.AsyncClient) -> None:
    """As the guide shows it."""
    exported = (await keeper.get(f"{LISTS}/catering-2016-1-3/versions/1/file")).json()
    own = {"code": "catering-haishu", "region_code": "330203", "effective_on": "2026-01-01"}
    exported["checklist"] |= own | {"superseded_on": None, "superseded_by": None}
    published = await publish(keeper, await bring(keeper, exported), applies_from="2026-01-01")
    assert (published.status_code, published.json()["checklist"]["region_code"]) == (200, HAISHU)


@pytest.mark.parametrize(
    ("place", "value", "pointer"),
    [
        (("format",), "other", "/format"),
        (("checklist", "kinds"), ["spaceship"], "/checklist/kinds/0"),
        (("checklist", "region_code"), "33", "/checklist/region_code"),
        (("content", "sections", 0, "items", 2, "text"), "", "/content/sections/0/items/2/text"),
        (("content", "sections", 0, "items", 1, "number"), "一", "/content/sections/0/items/1/number"),
        (("content", "sections", 0, "items", 1, "ponits"), {}, "/content/sections/0/items/1/ponits"),
        (("content", "verdict", "kind"), "guess", "/content/verdict"),
        (("content", "verdict", "bands", 1, "label"), "", "/content/verdict/bands/1/label"),
        (("content", "extent", "exempt"), ["night"], "/content/extent/exempt/0"),
    ],
)
async def test_faults_of_a_file_are_said_with_their_exact_place(
    keeper: httpx.AsyncClient, place: tuple[Any, ...], value: Any, pointer: str
) -> None:
    document = file()
    at: Any = document
    for part in place[:-1]:
        at = at[part]
    at[place[-1]] = value
    answer = await bring(keeper, document)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert (await keeper.get(f"{LISTS}/stall-demo")).status_code == 404


async def test_an_inconsistent_list_is_refused_with_every_reason_and_stays_a_draft(keeper: httpx.AsyncClient) -> None:
    document = file(item("1", key=True), item("2"), item("2"), header={"source": {"document": ""}})
    document["content"]["verdict"]["bands"] = document["content"]["verdict"]["bands"][:2]
    imported = await bring(keeper, document)
    refused = await publish(keeper, imported)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/checklist-inconsistent")
    assert pointers(refused) == [
        "/checklist/source/document",
        "/content/sections/0/items/2/number",
        "/content/verdict/bands",
    ]
    check = (await keeper.get(f"{FIRST}/check")).json()
    assert [reason["pointer"] for reason in check["reasons"]] == pointers(refused)
    assert (await keeper.get(FIRST)).json()["state"] == "draft"


async def test_a_published_version_never_changes(keeper: httpx.AsyncClient) -> None:
    published = await publish(keeper, await bring(keeper, file()))
    rewritten = await keeper.put(FIRST, json=file(item("1"))["content"], headers=match(published))
    assert (rewritten.status_code, rewritten.json()["type"]) == (409, "/problems/checklist-step-refused")
    twice = await keeper.post(f"{FIRST}/publication", json={}, headers=match(published))
    assert twice.status_code == 409
    now = (await keeper.get(FIRST)).json()
    assert (now["content"], now["sha256"], now["version"]) == (
        published.json()["content"],
        published.json()["sha256"],
        published.json()["version"],
    )


async def test_a_draft_is_rewritten_only_from_its_present_state(keeper: httpx.AsyncClient) -> None:
    imported = await bring(keeper, file())
    other = file(item("1", key=True), item("2"))["content"]
    assert (await keeper.put(FIRST, json=other)).status_code == 428
    written = await keeper.put(FIRST, json=other, headers=match(imported))
    assert (written.status_code, written.json()["items"]) == (200, 2)
    assert (await keeper.put(FIRST, json=other, headers=match(imported))).status_code == 412


async def test_versions_are_numbered_without_gaps_and_one_draft_at_a_time(keeper: httpx.AsyncClient) -> None:
    await bring(keeper, file())
    second = f"{LISTS}/stall-demo/versions/2"
    other = file(item("1", key=True), item("2"))["content"]
    assert (await keeper.put(second, json=other)).status_code == 409
    await publish(keeper, await bring(keeper, file()))
    assert (await keeper.put(f"{LISTS}/stall-demo/versions/3", json=other)).status_code == 409
    assert (await keeper.put(second, json=file()["content"])).status_code == 409
    begun = await keeper.put(second, json=other)
    assert (begun.status_code, begun.json()["number"]) == (201, 2)
    compared = (await keeper.get(f"{second}/differences", params={"before": 1})).json()
    assert [(one["kind"], one["place"]) for one in compared["differences"]] == [("removed", "3"), ("removed", "4")]


async def test_a_file_that_says_otherwise_of_a_known_list_changes_nothing(keeper: httpx.AsyncClient) -> None:
    await publish(keeper, await bring(keeper, file()))
    answer = await bring(keeper, file(item("1", key=True), item("2"), header={"title": "另一张表（演示）"}))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/checklist-header-differs")
    assert len((await keeper.get(f"{LISTS}/stall-demo")).json()["versions"]) == 1


async def test_a_list_is_marked_superseded_but_not_against_what_is_published(keeper: httpx.AsyncClient) -> None:
    await publish(keeper, await bring(keeper, file()), applies_from="2026-03-01")
    answer = await keeper.get(f"{LISTS}/stall-demo")
    header = {name: value for name, value in file()["checklist"].items() if name not in ("code", "region_code")}
    header |= {"superseded_by": None}
    too_early = await keeper.put(
        f"{LISTS}/stall-demo", json=header | {"superseded_on": "2026-03-01"}, headers=match(answer)
    )
    assert (too_early.status_code, pointers(too_early)) == (422, ["/applies_from"])
    marked = await keeper.put(
        f"{LISTS}/stall-demo", json=header | {"superseded_on": "2026-06-01"}, headers=match(answer)
    )
    assert (marked.status_code, marked.json()["superseded_on"]) == (200, "2026-06-01")
    in_june = (await keeper.get(LISTS, params={"kind": "stall", "on": "2026-06-01"})).json()["items"]
    in_may = (await keeper.get(LISTS, params={"kind": "stall", "on": "2026-05-31"})).json()["items"]
    assert ([one["code"] for one in in_may], in_june) == (["stall-demo"], [])


async def test_a_stall_gets_the_version_of_the_day(keeper: httpx.AsyncClient, inspector: httpx.AsyncClient) -> None:
    await publish(keeper, await bring(keeper, file()), applies_from="2026-02-01")
    second = await bring(keeper, file(item("1", key=True), item("2")))
    await publish(keeper, second, applies_from="2026-05-01")
    stall = await a_business(inspector, kind="stall", uscc=None)

    async def applied(on: str) -> list[tuple[str, int]]:
        answer = await inspector.get(f"{LISTS}/applicable", params={"business_id": stall, "on": on})
        assert answer.status_code == 200, answer.text
        return [(one["checklist"]["code"], one["version"]["number"]) for one in answer.json()["checklists"]]

    assert await applied("2026-01-31") == []
    assert await applied("2026-02-01") == [("stall-demo", 1)]
    assert await applied("2026-04-30") == [("stall-demo", 1)]
    assert await applied("2026-05-01") == [("stall-demo", 2)]
    latest = await keeper.get(f"{LISTS}/stall-demo/versions/2")
    withdrawn = await keeper.post(
        f"{LISTS}/stall-demo/versions/2/withdrawal", json={"reason": "文字有误（演示）"}, headers=match(latest)
    )
    assert withdrawn.json()["state"] == "withdrawn"
    assert await applied("2026-05-01") == [("stall-demo", 1)]
    kept = await keeper.get(f"{LISTS}/stall-demo/versions/2")
    assert kept.json()["content"] == latest.json()["content"]


async def test_a_regional_list_is_for_its_region_and_kept_by_it(
    client_of: ClientOf, keeper: httpx.AsyncClient, inspector: httpx.AsyncClient
) -> None:
    elsewhere = file(header={"code": "stall-nanhai", "region_code": NANHAI})
    assert (await bring(keeper, elsewhere)).json()["type"] == "/problems/outside-region"
    office = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    await publish(office, await bring(office, elsewhere), applies_from="2026-02-01")
    stall = await a_business(inspector, kind="stall", uscc=None)
    answer = await inspector.get(f"{LISTS}/applicable", params={"business_id": stall, "on": "2026-07-24"})
    assert answer.json()["checklists"] == []


async def test_a_national_list_is_kept_by_the_administrator(
    keeper: httpx.AsyncClient, administrator: httpx.AsyncClient
) -> None:
    national = file(header={"region_code": None})
    refused = await bring(keeper, national)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/national-checklist")
    assert (await bring(administrator, national)).status_code == 201


async def test_a_list_in_force_without_a_published_version_is_named(
    keeper: httpx.AsyncClient, inspector: httpx.AsyncClient
) -> None:
    await bring(keeper, file())
    stall = await a_business(inspector, kind="stall", uscc=None)
    answer = await inspector.get(f"{LISTS}/applicable", params={"business_id": stall, "on": "2026-07-24"})
    assert (answer.json()["checklists"], answer.json()["not_usable"]) == ([], ["stall-demo"])


@pytest.mark.parametrize(
    ("on", "code", "flags", "warned"),
    [
        ("2016-04-30", None, (), ""),
        ("2016-05-01", "catering-2016-1-3", (False, False), "未核实"),
        ("2022-03-14", "catering-2016-1-3", (False, False), "未核实"),
        ("2022-03-15", "catering-2022", (True, False), "只收入 13 项"),
        ("2026-07-24", "catering-2022", (True, False), "只收入 13 项"),
    ],
)
async def test_a_restaurant_gets_the_shipped_list_of_the_day_with_what_is_wrong_with_it(
    inspector: httpx.AsyncClient, on: str, code: str | None, flags: tuple[bool, ...], warned: str
) -> None:
    restaurant = await a_business(inspector, kind="catering", uscc=invented_uscc(7))
    found = (await inspector.get(f"{LISTS}/applicable", params={"business_id": restaurant, "on": on})).json()[
        "checklists"
    ]
    assert [one["checklist"]["code"] for one in found] == ([code] if code else [])
    for one in found:
        assert (one["version"]["partial"], one["version"]["verified"]) == flags
        assert warned in "".join(one["warnings"])


async def test_known_scopes_leave_out_what_does_not_concern_a_business(inspector: httpx.AsyncClient) -> None:
    canteen = await a_business(inspector, kind="canteen", uscc=None)

    async def numbers(**scope: Any) -> set[str]:
        answer = await inspector.get(
            f"{LISTS}/applicable", params={"business_id": canteen, "on": "2026-07-24", **scope}
        )
        return {one["number"] for one in answer.json()["checklists"][0]["items"]}

    unknown, school = await numbers(), await numbers(scope="school_canteen")
    assert unknown - school == {"2.5"}


async def test_businesses_elsewhere_are_not_told_about(client_of: ClientOf, inspector: httpx.AsyncClient) -> None:
    stall = await a_business(inspector, kind="stall", uscc=None)
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    answer = await stranger.get(f"{LISTS}/applicable", params={"business_id": stall})
    assert answer.status_code in (403, 404)
    unknown = await inspector.get(f"{LISTS}/applicable", params={"business_id": str(uuid4())})
    assert unknown.status_code == 404


async def test_answers_are_judged_on_trial_with_steps(inspector: httpx.AsyncClient) -> None:
    items = [one for one in CATERING_2016.content.items if one.number != "7.5"]
    answers = [{"number": one.number, "finding": "failed" if one.number == "3.1" else "passed"} for one in items]
    body: JSON = {
        "subject": {"kind": "catering", "scopes": [], "profile": "large"},
        "answers": answers,
        "extras": {"advanced_management": "5", "effective_process": "0"},
    }
    judged = await inspector.post(f"{LISTS}/catering-2016-1-3/versions/1/judgements", json=body)
    assert judged.status_code == 200, judged.text
    assert judged.json()["verdict"] == "基本符合"
    assert judged.json()["score"] == {"got": "89", "due": "100", "normalised": "89.0", "band": "良好"}
    body["required"] = ["7.1"]
    body["answers"] = [one for one in answers if one["number"] != "7.1"]
    assert (await inspector.post(f"{LISTS}/catering-2016-1-3/versions/1/judgements", json=body)).json()[
        "verdict"
    ] is None


async def test_the_shipped_lists_stand_in_the_database_as_they_are(inspector: httpx.AsyncClient) -> None:
    listed = {one["code"]: one for one in (await inspector.get(LISTS)).json()["items"]}
    assert set(SHIPPED) <= set(listed)
    states = {
        code: (one["superseded_on"], one["versions"][0]["partial"], one["versions"][0]["items"])
        for code, one in listed.items()
        if code in SHIPPED
    }
    assert states == {
        "catering-2016-1-3": ("2022-03-15", False, 30),
        "catering-2022": (None, True, 13),
        "production-2016-1-1": ("2022-03-15", False, 54),
    }
    assert {one["origin"] for code, one in listed.items() if code in SHIPPED} == {"seed"}


async def versions_of(session: Any, code: str) -> list[ChecklistVersion]:
    statement = (
        select(ChecklistVersion)
        .join(Checklist)
        .where(Checklist.code == code)
        .order_by(ChecklistVersion.number)
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(statement))


async def test_loading_the_shipped_lists_again_changes_nothing(session_of: SessionOf) -> None:
    session = await session_of(Unit.INSPECTION)
    await seed_checklists(session)
    await seed_checklists(session)
    for code in SHIPPED:
        assert [(one.number, one.state) for one in await versions_of(session, code)] == [(1, VersionState.PUBLISHED)]


async def test_a_changed_shipped_list_becomes_the_next_version_but_never_over_a_bureaus(
    session_of: SessionOf, administrator: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    session = await session_of(Unit.INSPECTION)
    for code in ("catering-2022", "production-2016-1-1"):
        document = SHIPPED[code].model_dump(mode="json")
        document["content"]["note"] += "（演示改动）"
        (tmp_path / f"{code}.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    bureaus = SHIPPED["production-2016-1-1"].model_dump(mode="json")
    bureaus["content"]["verified"] = True
    assert (await bring(administrator, bureaus)).status_code == 201
    monkeypatch.setattr("services.inspection.checklists.seed.FOLDER", tmp_path)
    await seed_checklists(session)
    catering, production = [await versions_of(session, code) for code in ("catering-2022", "production-2016-1-1")]
    assert [(one.number, one.origin, one.state) for one in catering] == [
        (1, Origin.SEED, VersionState.PUBLISHED),
        (2, Origin.SEED, VersionState.PUBLISHED),
    ]
    assert [(one.number, one.origin, one.state) for one in production] == [
        (1, Origin.SEED, VersionState.PUBLISHED),
        (2, Origin.BUREAU, VersionState.DRAFT),
    ]
