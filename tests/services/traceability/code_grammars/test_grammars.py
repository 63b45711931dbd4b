"""A code is read by every grammar there is, and each says whether anybody has checked it against its text."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.identifiers.check_digits import check_digit
from services.traceability.identifiers.grammars import BadGrammar, Characters, Check, Part, ensure_readable, read
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.traceability.codes.issuing import HAISHU, issued

DIGITS, LETTERS = Characters.DIGITS, Characters.LETTERS_AND_DIGITS
MEAT = [Part("operator", "经营者主体码", DIGITS, 13, 13), Part("batch", "交易批次码", DIGITS, 7, 7)]


@given(st.text("0123456789", min_size=20, max_size=20))
def test_a_code_of_fixed_parts_is_taken_apart_and_put_together(text: str) -> None:
    found = read(text, MEAT, Check.NONE)
    assert found is not None
    assert "".join(found.values()) == text
    assert [len(value) for value in found.values()] == [13, 7]


@given(st.text(max_size=40))
def test_any_other_text_does_not_fit(text: str) -> None:
    fits = len(text) == 20 and text.isascii() and text.isdigit()
    assert (read(text, MEAT, Check.NONE) is not None) is fits


def test_the_last_part_may_vary_and_the_last_character_may_check() -> None:
    parts = [Part("kind", "种类", LETTERS, 2, 2), Part("rest", "其余", LETTERS, 1, 8)]
    assert read("AB7", parts, Check.NONE) == {"kind": "AB", "rest": "7"}
    assert read("AB", parts, Check.NONE) is None
    assert read("AB123456789", parts, Check.NONE) is None
    number = [Part("all", "全部", DIGITS, 13, 13)]
    digits = "952012345678"
    assert read(digits + check_digit(digits), number, Check.GS1) is not None
    assert read(digits + str((int(check_digit(digits)) + 1) % 10), number, Check.GS1) is None


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [Part("a", "甲", DIGITS, 2, 3), Part("b", "乙", DIGITS, 1, 1)],
        [Part("a", "甲", DIGITS, 3, 2)],
        [Part("a", "甲", DIGITS, 1, 1), Part("a", "乙", DIGITS, 1, 1)],
    ],
)
def test_parts_that_can_be_read_in_two_ways_make_no_grammar(parts: list[Part]) -> None:
    with pytest.raises(BadGrammar):
        ensure_readable(parts)


async def test_what_nobody_has_checked_says_so_and_is_on_the_list(client_of: ClientOf) -> None:
    office = await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    [reading] = (await office.get("/v1/code-readings", params={"text": "33020300000012607241"})).json()
    assert (reading["grammar"], reading["verified"]) == ("sbt_10680", False)
    assert [part["value"] for part in reading["parts"]] == ["3302030000001", "2607241"]
    unverified = (await office.get("/v1/unverified-rules")).json()
    assert {"code_grammars", "scan_thresholds"} <= {rules["kind"] for rules in unverified}


async def test_a_bureau_corrects_a_grammar_from_a_day_on(client_of: ClientOf) -> None:
    office = await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    body = {
        "code": "zhepinma",
        "name": "浙品码",
        "parts": [{"name": "all", "label": "全部", "characters": "letters_and_digits", "least": 6, "most": 6}],
        "valid_from": "2026-01-01",
        "source": "演示文本（虚构）",
        "verified": True,
    }
    made = await office.post("/v1/code-grammars", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert made.status_code == 201, made.text
    [reading] = (await office.get("/v1/code-readings", params={"text": "ab12cd"})).json()
    assert (reading["grammar"], reading["verified"], reading["key"]) == ("zhepinma", True, None)
    kept = [row for row in (await office.get("/v1/code-grammars")).json() if row["code"] == "zhepinma"]
    assert len(kept) == 2, "what stood before stays on record"
    twice = body | {"parts": [body["parts"][0] | {"most": 9}, body["parts"][0] | {"name": "more"}]}  # type: ignore[index]
    refused = await office.post("/v1/code-grammars", json=twice, headers={"Idempotency-Key": str(uuid4())})
    assert refused.status_code == 422
    assert "最后一段" in refused.text


async def test_gs1_and_own_codes_are_read_with_the_key_under_which_they_are_kept(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    [code] = await issued(inspector)
    [own] = (await inspector.get("/v1/code-readings", params={"text": code["uri"]})).json()
    assert (own["grammar"], own["key"]) == ("shian", code["key"])
    urn = "urn:epc:id:sgtin:9521000.002011.SER-1"
    [gs1] = (await inspector.get("/v1/code-readings", params={"text": urn})).json()
    assert gs1["key"] == "https://id.gs1.org/01/09521000020115/21/SER-1"
    assert [part["value"] for part in gs1["parts"]] == ["09521000020115", "SER-1"]
    assert (await inspector.get("/v1/code-readings", params={"text": "随便写的"})).json() == []
