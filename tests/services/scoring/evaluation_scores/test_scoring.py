"""Scores are made of what was stated, read and proved; every one keeps what it was made from."""

from typing import Any

import pytest_asyncio

from tests.conftest import ClientOf
from tests.services.scoring.evaluations.running import (
    SELF_ASSESSED,
    People,
    add,
    begun,
    people_of,
    published,
    step,
)


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    found = await people_of(client_of)
    await published(found.city)
    return found


async def scored(people: People, run: dict[str, Any], **body: Any) -> dict[str, Any]:
    """The scoring after one more statement of the district."""
    if body:
        answer = await add(people.district, run, "statements", **body)
        assert answer.status_code == 201, answer.text
    result: dict[str, Any] = (await add(people.district, run, "scorings")).json()
    return result


def clause(scoring: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in scoring["result"]["scores"] if one["code"] == code)
    return found


async def test_what_nobody_has_stated_or_read_is_unknown_and_not_zero(people: People) -> None:
    run = await begun(people)
    first = await scored(people, run)
    assert (first["low"], first["high"], first["verdict"]) == ("0", "50", "undetermined")
    assert clause(first, "B1")["reasons"] == ["“快检批次”没有数据"]


async def test_the_last_statement_counts_and_a_withdrawn_one_counts_no_more(people: People) -> None:
    run = await begun(people)
    assert clause(await scored(people, run, values={"satisfaction": "60"}), "B2")["points"] == "0"
    assert clause(await scored(people, run, values={"satisfaction": "71"}), "B2")["points"] == "10"
    assert clause(await scored(people, run, values={"satisfaction": None}), "B2")["state"] == "uncertain"


async def test_about_70_may_be_70_or_less(people: People) -> None:
    run = await begun(people)
    about = {"values": {"satisfaction": {"low": "65", "high": "75"}}}
    uncertain = clause(await scored(people, run, **about), "B2")
    assert (uncertain["state"], uncertain["low"], uncertain["high"]) == ("uncertain", "0", "10")


async def test_a_correction_of_a_computed_figure_says_why(people: People) -> None:
    run = await begun(people)
    refused = await add(people.district, run, "statements", values={"tests": "412"})
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["pointer"]) == (422, "/reason")
    corrected = await scored(people, run, values={"tests": "412"}, reason="台账补录（演示）")
    assert clause(corrected, "B1")["points"] == "10"


async def test_nothing_is_kept_of_a_body_with_one_fault(people: People) -> None:
    run = await begun(people)
    wrong = {
        "values": {"satisfaction": "80", "typo": "1"},
        "marks": {"A1": {"points": "11"}, "B1": {"points": "1"}},
        "faults": {"A1": {"x": True}},
        "sites": [{"form": "market", "name": "演示市场", "points": "8", "maximum": "10"}],
    }
    refused = (await add(people.district, run, "statements", **wrong)).json()
    places = {error["pointer"] for error in refused["errors"]}
    assert places == {"/values/typo", "/marks/A1/points", "/marks/B1", "/faults/A1", "/sites/0/form"}
    assert (await people.district.get(f"/v1/evaluations/{run['id']}/statements")).json() == []


async def test_the_same_knowledge_gives_the_same_hash_and_more_another(people: People) -> None:
    run = await begun(people)
    first, again = await scored(people, run, **SELF_ASSESSED), await scored(people, run)
    other = await scored(people, run, values={"satisfaction": "82.5"})
    assert first["input_sha256"] == again["input_sha256"] != other["input_sha256"]
    listed = (await people.district.get(f"/v1/evaluations/{run['id']}/scorings")).json()
    assert [one["number"] for one in listed] == [1, 2, 3]


async def test_a_mark_is_carried_by_its_giver_and_seconded_by_another(people: People) -> None:
    run = await begun(people)
    await step(people.district, run, "stage-closure")
    assert (await add(people.expert, run, "marks/A1/second")).status_code == 409
    await add(people.expert, run, "statements", marks={"A1": {"points": "9", "reason": "演示"}})
    assert (await add(people.expert, run, "marks/A1/second")).status_code == 409, "nobody seconds himself"
    seconded = await add(people.other_expert, run, "marks/A1/second")
    assert seconded.status_code == 200, seconded.text
    scoring = (await add(people.expert, run, "scorings")).json()
    assert scoring["input"]["marks"]["A1"]["second_reviewer"] == seconded.json()["seconded_by_name"]
