"""How to reach the sides of a ticket is theirs: others see it masked, and whole when they say why."""

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.traceability.subjects.activating import HAISHU, shop
from tests.services.traceability.tickets.trading import line, purchase, sale, sold

CONTACT, MASKED = "0574-00000000（虚构）", "057******0000（虚构）"
PURPOSE = {"purpose": "（演示）核对票据的真伪"}


async def test_a_contact_is_whole_for_its_own_and_for_who_says_why(client_of: ClientOf) -> None:
    seller_id, seller = await shop(client_of, "演示批发部（虚构）")
    buyer_id, buyer = await shop(client_of, "演示饭店（虚构）")
    await sold(seller, purchase(line(quantity="100")))
    ticket = await sold(seller, sale(buyer_business_id=str(buyer_id)))
    officer = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    leader = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=[HAISHU])
    paper, subject = f"/v1/tickets/{ticket['id']}", f"/v1/subjects/{seller_id}"
    assert (await buyer.get(paper)).json()["seller"]["contact"] == CONTACT
    assert (await seller.get(subject)).json()["contact"] == CONTACT
    for official in (officer, leader):
        for path in (paper, subject, "/v1/tickets", "/v1/subjects"):
            answer = await official.get(path)
            assert answer.status_code == 200
            assert CONTACT[:13] not in answer.text
            assert MASKED in answer.text
    for path in (paper, subject):
        assert (await leader.post(f"{path}/disclosures", json=PURPOSE)).status_code == 403
        assert (await buyer.post(f"{path}/disclosures", json=PURPOSE)).status_code == 403
        seen = (await officer.post(f"{path}/disclosures", json=PURPOSE)).json()["fields"]
        assert {field["value"] for field in seen} == {CONTACT}
    written = {"name": "演示批发部（虚构）", "region_code": HAISHU, "address": "演示路 9 号", "contact": MASKED}
    assert (await officer.put(subject, json=written)).status_code == 200
    assert (await seller.get(subject)).json()["contact"] == CONTACT
    assert (await officer.put(subject, json=written | {"contact": "139****0000"})).status_code == 422
