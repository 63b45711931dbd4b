"""One batch, one certificate; who mixes or repacks issues anew and names what came with the goods."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.traceability.subjects.activating import HAISHU, NANHAI, shop
from tests.services.traceability.tickets.trading import SOLD_AT, line, received, sale, sold, stock

WORDS = "承诺达标合格证"


def commitment(lot: str, quantity: str, **more: Any) -> dict[str, Any]:
    return {
        "role": "producer",
        "product_name": "青菜",
        "quantity": quantity,
        "unit": "公斤",
        "origin": "演示镇演示村（虚构）",
        "lot": lot,
        "basis": ["quality_control"],
        "issued_at": (SOLD_AT - timedelta(hours=2)).isoformat(),
    } | more


async def issue(caller: httpx.AsyncClient, body: dict[str, Any], own_id: UUID | None = None) -> dict[str, Any]:
    answer = await caller.put(f"/v1/certificates/{own_id or uuid4()}", json=body)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def paper(certificate: dict[str, Any]) -> dict[str, Any]:
    return {"kind": WORDS, "number": certificate["number"], "id": certificate["id"]}


async def delivered(client_of: ClientOf, dealer_id: UUID, dealer: httpx.AsyncClient, lot: str) -> dict[str, Any]:
    """A farm's batch with its certificate, sold to the dealer and received; gives the certificate."""
    _, farm = await shop(client_of, "演示合作社（虚构）", kind="farm")
    certificate = await issue(farm, commitment(lot, "50"))
    goods = line(lot=lot, quantity="50", unit="公斤", certificates=[paper(certificate)])
    ticket = await sold(farm, sale(goods, buyer_business_id=str(dealer_id)))
    await received(dealer, ticket["id"])
    return certificate


async def test_a_batch_enters_the_chain_with_one_certificate(client_of: ClientOf) -> None:
    own, farm = await shop(client_of, "演示合作社（虚构）", kind="farm")
    certificate_id = uuid4()
    certificate = await issue(farm, commitment("QC-1", "50"), certificate_id)
    assert certificate["label"] == WORDS
    assert certificate["contact"] == "0574-00000000（虚构）"
    assert await issue(farm, commitment("QC-1", "50"), certificate_id) == certificate
    assert await stock(farm, own) == {"QC-1": ("50", "kg")}
    second = await farm.put(f"/v1/certificates/{uuid4()}", json=commitment("qc-1", "20"))
    assert second.json()["type"] == "/problems/batch-has-certificate"
    await farm.post(
        f"/v1/certificates/{certificate_id}/voiding", json={"reason": "数量写错"}, headers={"If-Match": '"1"'}
    )
    assert (await issue(farm, commitment("QC-1", "45")))["origins"][0]["id"] is not None


async def test_a_reissue_after_mixing_names_every_source_and_keeps_them(client_of: ClientOf) -> None:
    dealer_id, dealer = await shop(client_of, "演示批发部（虚构）")
    first = await delivered(client_of, dealer_id, dealer, "QC-1")
    second = await delivered(client_of, dealer_id, dealer, "QC-2")
    inputs = [
        {
            "product_name": "青菜",
            "lot": one["lot_key"],
            "quantity": "50",
            "unit": "kg",
            "certificates": [paper(one)],
        }
        for one in (first, second)
    ]
    mixing = {
        "kind": "mix",
        "done_at": (SOLD_AT + timedelta(hours=2)).isoformat(),
        "inputs": inputs,
        "outputs": [{"product_name": "青菜", "lot": "HUN-1", "quantity": "100", "unit": "kg"}],
    }
    mixed = await dealer.put(f"/v1/productions/{uuid4()}", json=mixing)
    assert mixed.status_code == 200, mixed.text
    wanted = commitment(
        "HUN-1",
        "100",
        role="purchaser",
        issued_at=(SOLD_AT + timedelta(hours=3)).isoformat(),
        production_id=mixed.json()["id"],
        sources=[{"id": first["id"], "number": first["number"]}],
    )
    short = await dealer.put(f"/v1/certificates/{uuid4()}", json=wanted)
    assert [(error["pointer"], error["code"]) for error in short.json()["errors"]] == [("/sources", "source_left_out")]
    assert second["number"] in short.json()["errors"][0]["message"]
    both = [{"id": one["id"], "number": one["number"]} for one in (first, second)]
    reissued = await issue(dealer, wanted | {"sources": both})
    again = await issue(
        dealer, commitment("FEN-1", "20", role="purchaser", sources=[{"id": reissued["id"], "number": "x"}])
    )
    for certificate in (reissued, again):
        assert {origin["id"] for origin in certificate["origins"]} == {first["id"], second["id"]}
    assert await stock(dealer, dealer_id) == {"QC-1": ("0", "kg"), "QC-2": ("0", "kg"), "HUN-1": ("100", "kg")}
    page = await (await client_of(Unit.TRACEABILITY)).get(f"/v1/public-certificates/{reissued['id']}")
    assert f"<h1>{WORDS}</h1>" in page.text
    assert first["number"] in page.text
    assert "<script" not in page.text


async def test_a_reissue_is_not_of_more_than_its_sources(client_of: ClientOf) -> None:
    dealer_id, dealer = await shop(client_of, "演示批发部（虚构）")
    source = await delivered(client_of, dealer_id, dealer, "QC-1")
    more = str(Decimal(source["quantity"]) + 1)
    named = {"role": "purchaser", "sources": [{"id": source["id"], "number": source["number"]}]}
    issued_at = (SOLD_AT + timedelta(hours=3)).isoformat()
    refused = await dealer.put(
        f"/v1/certificates/{uuid4()}", json=commitment("H-1", more, issued_at=issued_at, **named)
    )
    assert [error["code"] for error in refused.json()["errors"]] == ["more_than_sources"]
    all_of_it = commitment("H-1", source["quantity"], issued_at=issued_at, **named)
    assert (await dealer.put(f"/v1/certificates/{uuid4()}", json=all_of_it)).status_code == 200
    twice = await dealer.put(f"/v1/certificates/{uuid4()}", json=commitment("H-2", "1", issued_at=issued_at, **named))
    assert [error["code"] for error in twice.json()["errors"]] == ["more_than_sources"]
    assert "已经重开过" in twice.json()["errors"][0]["message"]
    other = await delivered(client_of, dealer_id, dealer, "QC-2")
    both = named | {"sources": [*named["sources"], {"id": other["id"], "number": other["number"]}]}
    rest = commitment("H-3", other["quantity"], issued_at=issued_at, **both)
    assert (await dealer.put(f"/v1/certificates/{uuid4()}", json=rest)).status_code == 200


async def test_nobody_reissues_on_a_certificate_that_did_not_come_to_him(client_of: ClientOf) -> None:
    dealer_id, dealer = await shop(client_of, "演示批发部（虚构）")
    certificate = await delivered(client_of, dealer_id, dealer, "QC-1")
    _, rival = await shop(client_of, "别家（虚构）")
    body = commitment("HUN-1", "10", role="purchaser", sources=[{"id": certificate["id"], "number": "x"}])
    answer = await rival.put(f"/v1/certificates/{uuid4()}", json=body)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/sources/0/id"]
    assert (await rival.get(f"/v1/certificates/{certificate['id']}")).status_code == 404
    assert (await dealer.get(f"/v1/certificates/{certificate['id']}")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"origin": None}, "/origin"),
        ({"role": None}, ""),
        ({"basis": []}, ""),
        ({"number": "自编号"}, ""),
        ({"sources": [{"number": "x"}]}, ""),
        ({"issued_at": (SOLD_AT + timedelta(days=9)).isoformat()}, "/issued_at"),
    ],
)
async def test_a_certificate_says_all_that_its_form_asks_for(
    client_of: ClientOf, changes: dict[str, Any], pointer: str
) -> None:
    _, farm = await shop(client_of, "演示合作社（虚构）")
    answer = await farm.put(f"/v1/certificates/{uuid4()}", json=commitment("QC-1", "50") | changes)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_quarantine_paper_is_entered_and_said_to_be_unchecked(client_of: ClientOf) -> None:
    own, slaughterer = await shop(client_of, "演示屠宰场（虚构）")
    body = {
        "kind": "quarantine",
        "number": "DEMO-33-0001",
        "issuer_name": "演示动物卫生监督所（虚构）",
        "product_name": "生猪",
        "quantity": "20",
        "unit": "头",
        "lot": "ZHU-1",
        "issued_at": SOLD_AT.isoformat(),
    }
    entered = await issue(slaughterer, body)
    assert (entered["label"], entered["number_verified"]) == ("动物检疫合格证明", None)
    assert await stock(slaughterer, own) == {}, "a paper brings no goods"
    public = await (await client_of(Unit.TRACEABILITY)).get(f"/v1/public-certificates/{entered['id']}")
    assert public.status_code == 404
    forms = (await slaughterer.get("/v1/certificate-forms")).json()
    assert {form["role"] for form in forms} == {"producer", "purchaser"}
    assert not any(form["verified"] for form in forms)


async def test_a_trade_is_complete_with_certificate_ticket_and_code(client_of: ClientOf) -> None:
    seller_id, seller = await shop(client_of, "演示批发部（虚构）")
    buyer_id, buyer = await shop(client_of, "演示饭店（虚构）")
    with_paper = line(certificates=[{"kind": WORDS, "number": "DEMO-1"}])
    for lines, is_received in (
        ([with_paper, line()], True),
        ([with_paper], False),
        ([with_paper | {"lot": None}], True),
    ):
        ticket = await sold(seller, sale(*lines, buyer_business_id=str(buyer_id)))
        if is_received:
            await received(buyer, ticket["id"])
    await sold(seller, sale(line(category="food")))
    wanted = {"business_id": str(seller_id)}
    here = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    [row] = (await here.get("/v1/trade-completeness", params=wanted)).json()["items"]
    assert {name: row[name] for name in ("trades", "with_certificate", "with_ticket", "with_code", "complete")} == {
        "trades": 4,
        "with_certificate": 3,
        "with_ticket": 3,
        "with_code": 3,
        "complete": 1,
    }
    assert row["share"] == "25"
    there = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[NANHAI])
    assert (await there.get("/v1/trade-completeness", params=wanted)).json()["items"] == []
