"""A query finds in the database exactly the events of which its conditions hold."""

from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_queries import repository
from services.traceability.epcis_queries.rules import read_query
from services.traceability.epcis_queries.values import Given
from shared.contracts.codes import Role, Unit
from tests.conftest import SessionOf
from tests.services.traceability.epcis_queries import evaluation
from tests.services.traceability.epcis_queries.evaluation import NAMESPACE
from tests.services.traceability.epcis_queries.worlds import (
    CASES,
    DISPOSITIONS,
    ITEMS,
    KINDS,
    LOTS,
    MINUTES,
    PLACES,
    STEPS,
    UNITS,
    WORDS,
    actor,
    capture,
    event,
    time,
)

EVENTS = 150


@pytest.fixture(scope="module")
def world() -> list[dict[str, Any]]:
    random = Random(20260724)
    return [event(random) for _ in range(EVENTS)]


@pytest_asyncio.fixture
async def session(session_of: SessionOf, world: list[dict[str, Any]]) -> AsyncIterator[AsyncSession]:
    opened = await session_of(Unit.TRACEABILITY)
    await capture(opened, world)
    yield opened


def both(pairs: Sequence[tuple[str, str | None]]) -> list[str]:
    return [one for pair in pairs for one in pair if one]


def some(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2)


def one(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.sampled_from(values).map(lambda value: [value])


THINGS = [*both([*ITEMS, *CASES, *KINDS]), "urn:epc:idpat:sgtin:4012345.*.*", "urn:epc:idpat:sgtin:9999999.*.*"]
CLASSES = [*both([*LOTS, *KINDS]), "urn:epc:class:lgtin:4012345.098765.*", "urn:epc:idpat:sgtin:4012345.*.*"]
TIMES = [time(minute) for minute in MINUTES]
NUMBERS = ["0", "1", "2.5", "5", "15.5", "60", "95", "1000", "2500", "1e3"]
PARTIES = [f"urn:epc:id:pgln:4012345.0000{n}" for n in range(3)]
FIELDS = ["example:note", "example:count", "example:box", f"{NAMESPACE}note"]
INNER = ["example:inside", "example:number", "example:deep"]
OPERANDS = [*NUMBERS, "2026-06-30T00:00:00Z", "2026-07-02T00:00:00+08:00"]
COMPARISONS = ["GT", "GE", "LT", "LE"]


def _catalogue() -> dict[str, st.SearchStrategy[list[str]]]:
    asked: dict[str, st.SearchStrategy[list[str]]] = {
        "eventType": some(["ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent"]),
        "EQ_action": some(["ADD", "OBSERVE", "DELETE"]),
        "EQ_bizStep": some(STEPS),
        "EQ_disposition": some(DISPOSITIONS),
        "EQ_persistentDisposition_set": some(["recalled", "damaged"]),
        "EQ_transformationID": some(["urn:epc:id:gdti:4012345.00001.t1"]),
        "EQ_bizTransaction_po": some([f"urn:demo:{n}" for n in range(3)]),
        "EQ_source_owning_party": some(PARTIES),
        "EQ_destination_possessing_party": some(PARTIES),
        "EXISTS_errorDeclaration": one([""]),
        "EQ_errorReason": some(["incorrect_data", "did_not_occur"]),
        "EQ_correctiveEventID": some([f"urn:demo:event:{n}" for n in range(3)]),
        "EQ_type": some(["Temperature", "RelativeHumidity"]),
        "EQ_stringValue": some(["ok", "no"]),
        "EQ_hexBinaryValue": some(["f0f0"]),
        "EQ_booleanValue": one(["true", "false"]),
        "EQ_deviceID": some(["urn:epc:id:giai:4012345.d1", "https://id.gs1.org/8004/4012345d2"]),
        "GE_percRank": one(["90", "96"]),
    }
    asked |= {name: some(THINGS) for name in evaluation.LISTS if not name.endswith("Class")}
    asked |= {name: some(CLASSES) for name in evaluation.LISTS if name.endswith("Class")}
    asked |= {f"EQ_{name}": some(both(PLACES)) for name in ("readPoint", "bizLocation")}
    for name in ("eventTime", "errorDeclarationTime", "startTime", "endTime"):
        asked |= {f"GE_{name}": one(TIMES), f"LT_{name}": one(TIMES)}
    for comparison in COMPARISONS:
        asked[f"{comparison}_quantity"] = one(NUMBERS)
        asked |= {f"{comparison}_quantity_{unit}": one(NUMBERS) for unit in UNITS}
        asked |= {f"{comparison}_value_{unit}": one(NUMBERS) for unit in ("CEL", "FAH", "KEL", "P1")}
        asked |= {f"{comparison}_{name}": one(OPERANDS) for name in FIELDS}
        asked |= {f"{comparison}_ILMD_{name}": one(OPERANDS) for name in FIELDS}
        asked |= {f"{comparison}_INNER_{name}": one(OPERANDS) for name in INNER}
    asked |= {"EQ_quantity": some(NUMBERS), "EQ_quantity_GRM": some(NUMBERS), "EQ_value_CEL": some(NUMBERS)}
    for area in ("", "ILMD_", "INNER_", "INNER_ILMD_"):
        names = INNER if "INNER" in area else FIELDS
        asked |= {f"EQ_{area}{name}": some(WORDS + NUMBERS) for name in names}
        asked |= {f"EXISTS_{area}{name}": one([""]) for name in names}
    asked |= {"EQ_ERROR_DECLARATION_example:by": some(["x", "y"]), "EXISTS_ERROR_DECLARATION_example:by": one([""])}
    asked |= {"EQ_readPoint_example:hall": some(["A", "B"]), "EXISTS_bizLocation_example:hall": one([""])}
    return asked


CATALOGUE = _catalogue()
PARAMETER = st.sampled_from(sorted(CATALOGUE)).flatmap(lambda name: st.tuples(st.just(name), CATALOGUE[name]))
QUERY = st.lists(PARAMETER, min_size=1, max_size=3, unique_by=lambda pair: pair[0]).map(dict)


async def found(session: AsyncSession, query: dict[str, list[str]]) -> set[str]:
    typed = read_query(
        [Given(name, tuple(values)) for name, values in query.items()], {"example": ["https://ns.example.com/epcis/"]}
    )
    officer = actor(Role.INSPECTOR)
    rows = (await repository.find_events(session, officer, typed, limit=EVENTS + 1)).events
    return {row.event.event_id for row in rows}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERY)
async def test_sql_and_plain_evaluation_agree(
    session: AsyncSession, world: list[dict[str, Any]], query: dict[str, list[str]]
) -> None:
    expected = {one["eventID"] for one in world if evaluation.matches(one, query)}
    assert await found(session, query) == expected


async def test_a_count_is_of_what_is_found(session: AsyncSession, world: list[dict[str, Any]]) -> None:
    typed = read_query([Given("EQ_action", ("ADD",)), Given("MATCH_anyEPC", (ITEMS[0][0],))], {})
    expected = len((await repository.find_events(session, actor(Role.INSPECTOR), typed, limit=EVENTS)).events)
    assert await repository.count_events(session, actor(Role.INSPECTOR), typed, limit=EVENTS) == expected > 1
    assert await repository.count_events(session, actor(Role.INSPECTOR), typed, limit=1) >= 1


async def test_every_parameter_alone_agrees(session: AsyncSession, world: list[dict[str, Any]]) -> None:
    hits = 0
    for name in CATALOGUE:
        for value in _values_of(name)[:4]:
            expected = {one["eventID"] for one in world if evaluation.holds(one, name, [value])}
            assert await found(session, {name: [value]}) == expected, (name, value)
            hits += bool(expected) and len(expected) < EVENTS
    assert hits > len(CATALOGUE), "most parameters find some events and not all: the world is telling"


def _values_of(name: str) -> list[str]:
    if name in evaluation.LISTS:
        return CLASSES if name.endswith("Class") else THINGS
    if "Time" in name:
        return TIMES[2:4]
    return {
        "EQ_bizStep": STEPS,
        "EQ_disposition": DISPOSITIONS,
        "EQ_action": ["ADD"],
        "eventType": ["ObjectEvent"],
    }.get(name, _rest(name))


def _rest(name: str) -> list[str]:
    if name.startswith(("EQ_readPoint", "EQ_bizLocation")) and ":" not in name:
        return both(PLACES)
    if name.startswith("EXISTS"):
        return [""]
    fixed = {
        "EQ_persistentDisposition_set": ["recalled"],
        "EQ_transformationID": ["urn:epc:id:gdti:4012345.00001.t1"],
        "EQ_bizTransaction_po": ["urn:demo:1"],
        "EQ_source_owning_party": PARTIES,
        "EQ_destination_possessing_party": PARTIES,
        "EQ_errorReason": ["incorrect_data"],
        "EQ_correctiveEventID": ["urn:demo:event:1"],
        "EQ_type": ["Temperature"],
        "EQ_stringValue": ["ok"],
        "EQ_hexBinaryValue": ["F0F0", "f0f0"],
        "EQ_booleanValue": ["true"],
        "EQ_deviceID": ["urn:epc:id:giai:4012345.d1", "https://id.gs1.org/8004/4012345d2"],
        "EQ_ERROR_DECLARATION_example:by": ["x"],
        "EQ_readPoint_example:hall": ["A"],
    }
    if name in fixed:
        return fixed[name]
    if "_quantity" in name or "_value_" in name or "percRank" in name:
        return ["15.5", "1000"]
    return ["5", "x"] if name.startswith("EQ") else ["5"]
