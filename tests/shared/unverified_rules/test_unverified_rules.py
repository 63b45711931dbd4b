"""The list of law that nobody has read: complete, and shorter by every row that somebody does read."""

import csv
import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

import services
from deploy.units import ROOT
from services.sampling.limits.models import FoodLimit
from services.sampling.reports.models import SeriousFindingRule
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf

SAMPLING = Path(services.__path__[0]) / "sampling"


@pytest.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=["330203000000"])


async def listed(officer: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """The answer by kind."""
    answer = await officer.get("/v1/unverified-rules")
    assert answer.status_code == 200, answer.text
    return {rules["kind"]: rules for rules in answer.json()}


async def test_every_shipped_row_that_nobody_has_read_is_listed_with_its_source(officer: httpx.AsyncClient) -> None:
    found = await listed(officer)
    today = day_of(now())
    shipped = tomllib.loads((ROOT / "shared/clocks/seeds/sampling.toml").read_text())["rule"]
    unread = [
        rule for rule in shipped if not rule["verified"] and not (rule.get("valid_to") and rule["valid_to"] < today)
    ]
    clocks = found["clock_rules"]
    assert clocks["title"] == "期限规则"
    told = {(rule["says"]["code"], rule["says"]["length"], rule["source"]) for rule in clocks["rules"]}
    assert told >= {(rule["code"], rule["length"], rule["source"]) for rule in unread}

    with (SAMPLING / "limits/data/limits.csv").open(encoding="utf-8", newline="") as file:
        assert found["food_limits"]["count"] == sum(row["已核实"] == "否" for row in csv.DictReader(file))
    serious = tomllib.loads((SAMPLING / "reports/data/serious-findings.toml").read_text())["rule"]
    assert {rule["says"]["code"] for rule in found["serious_finding_rules"]["rules"]} == {
        rule["code"] for rule in serious
    }
    assert found.keys() >= {"sampling_caps", "closure_requirements", "food_standards", "test_item_thresholds"}
    assert all(rule["source"] for rules in found.values() for rule in rules["rules"])
    assert all(rules["count"] == len(rules["rules"]) for rules in found.values() if rules["count"] <= 200)


async def test_a_row_that_was_read_or_replaced_is_listed_no_more(
    officer: httpx.AsyncClient, session_of: SessionOf
) -> None:
    session = await session_of(Unit.SAMPLING)
    before = await listed(officer)
    read = SeriousFindingRule(
        code="pathogen",
        version=2,
        name="致病菌",
        kind="item",
        names=["沙门氏菌"],
        valid_from=day_of(now()),
        source="已读条文（演示）",
        verified=True,
        origin="bureau",
        reason="演示",
    )
    old = await session.get(FoodLimit, UUID(await _first_limit(officer)))
    assert old is not None
    columns = {column.name: getattr(old, column.name) for column in FoodLimit.__table__.columns}
    corrected = FoodLimit(**columns | {"id": uuid4(), "supersedes_id": old.id, "verified": True})
    session.add_all([read, corrected])
    await session.flush()
    after = await listed(officer)
    shorter = {kind: rules["count"] - after[kind]["count"] for kind, rules in before.items()}
    assert {kind: less for kind, less in shorter.items() if less} == {"serious_finding_rules": 1, "food_limits": 1}


async def _first_limit(officer: httpx.AsyncClient) -> str:
    answer = await officer.get("/v1/limits", params={"limit": 1})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["items"][0]["id"])


@pytest.mark.parametrize("unit", [unit for unit in Unit if unit is not Unit.GATEWAY])
async def test_every_service_has_the_list(client_of: ClientOf, unit: Unit) -> None:
    leader = await client_of(unit, Role.LEADER, regions=["330203000000"])
    for rules in await listed(leader):
        assert rules not in ("regions", "region_populations")  # places, not law
    business = await client_of(unit, Role.BUSINESS, regions=["330203000000"], business_id=uuid4())
    assert (await business.get("/v1/unverified-rules")).status_code == 403
