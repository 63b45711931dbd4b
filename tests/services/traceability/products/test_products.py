"""一品一链: a lot's chain is held against dated requirements, through what it was made from."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.products.rules import StepKind, judged
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.traceability.subjects.activating import HAISHU, shop
from tests.services.traceability.tickets.trading import SOLD_AT, line, purchase, sale, sold

RECORDS = st.dictionaries(
    st.sampled_from(list(StepKind)),
    st.lists(st.fixed_dictionaries({"number": st.sampled_from(["", "N1"])}), max_size=3),
)


@given(st.lists(st.sampled_from(list(StepKind)), unique=True), RECORDS)
def test_a_step_is_complete_when_every_record_of_it_says_all(steps: list[StepKind], records: dict[Any, Any]) -> None:
    found = judged([{"step": step.value, "fields": ["number"]} for step in steps], records)
    assert [one.step for one in found] == steps
    for one in found:
        told = records.get(one.step, [])
        assert one.is_complete == (bool(told) and all(record["number"] for record in told))


async def product(caller: httpx.AsyncClient, chain_code: str | None) -> str:
    product_id = str(uuid4())
    answer = await caller.put(f"/v1/products/{product_id}", json={"name": "酱鸭", "chain_code": chain_code})
    assert answer.status_code == 200, answer.text
    return product_id


async def test_a_cooked_food_is_traced_from_purchase_to_sale(client_of: ClientOf) -> None:
    _, kitchen = await shop(client_of, "演示卤味坊（虚构）", kind="workshop")
    product_id = await product(kitchen, "cooked_food")
    await sold(kitchen, purchase(line(lot="YA-1", quantity="100", unit="公斤")))
    making = {
        "done_at": (SOLD_AT + timedelta(hours=1)).isoformat(),
        "inputs": [{"product_name": "白条鸭", "lot": "YA-1", "quantity": "90", "unit": "kg"}],
        "outputs": [{"product_name": "酱鸭", "lot": "J-1", "quantity": "72", "unit": "kg"}],
    }
    made = (await kitchen.put(f"/v1/productions/{uuid4()}", json=making)).json()
    key = made["outputs"][0]["lot_key"]

    async def chain() -> dict[str, tuple[int, list[str]]]:
        answer = await kitchen.get(f"/v1/products/{product_id}/chain", params={"lot_key": key})
        assert answer.status_code == 200, answer.text
        states = answer.json()["steps"]
        assert answer.json()["is_complete"] == all(state["is_complete"] for state in states)
        assert answer.json()["verified"] is False
        return {state["step"]: (state["recorded"], state["missing"]) for state in states}

    assert await chain() == {"purchase": (1, []), "feeding": (1, []), "release": (0, []), "sale": (0, [])}
    release = {"passed": True, "examined_at": (SOLD_AT + timedelta(hours=2)).isoformat(), "items": "感官"}
    await kitchen.put(f"/v1/productions/{made['id']}/release", json=release)
    await sold(kitchen, sale(line(lot="J-1", category="food"), at=SOLD_AT + timedelta(hours=3), kind="retail"))
    assert await chain() == {"purchase": (1, []), "feeding": (1, []), "release": (1, ["number"]), "sale": (1, [])}


async def test_an_office_states_what_a_chain_must_show_and_the_past_stays(client_of: ClientOf) -> None:
    office = await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    body = {
        "code": "cooked_food",
        "name": "熟食（演示核定）",
        "steps": [{"step": "sale", "fields": ["party_name"]}],
        "valid_from": day_of(now()).isoformat(),
        "source": "演示文件（虚构）",
        "verified": True,
    }
    stated = await office.post("/v1/chain-templates", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert stated.status_code == 201, stated.text
    held, _ = [one for one in (await office.get("/v1/chain-templates")).json() if one["code"] == "cooked_food"]
    assert held["name"] == "熟食（演示核定）"
    _, kitchen = await shop(client_of, "演示卤味坊（虚构）")
    refused = await kitchen.post("/v1/chain-templates", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert refused.status_code == 403


async def test_nobody_reads_the_chain_of_a_lot_that_is_none_of_his(client_of: ClientOf) -> None:
    _, kitchen = await shop(client_of, "演示卤味坊（虚构）")
    _, rival = await shop(client_of, "别家（虚构）")
    ticket = await sold(kitchen, sale(line(lot="J-1", category="food"), kind="retail"))
    key = {"lot_key": ticket["lines"][0]["lot_key"]}
    own, foreign = await product(kitchen, "cooked_food"), await product(rival, "cooked_food")
    assert (await kitchen.get(f"/v1/products/{own}/chain", params=key)).status_code == 200
    assert (await rival.get(f"/v1/products/{own}/chain", params=key)).status_code == 404
    assert (await rival.get(f"/v1/products/{foreign}/chain", params=key)).status_code == 422
    stolen = await rival.put(f"/v1/products/{own}", json={"name": "抢来的"})
    assert stolen.json()["type"] == "/problems/product-taken"
    unknown = await kitchen.put(f"/v1/products/{uuid4()}", json={"name": "酱鸭", "chain_code": "nothing"})
    assert [error["pointer"] for error in unknown.json()["errors"]] == ["/chain_code"]
