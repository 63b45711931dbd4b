"""A shop sees what it must not sell, and nothing of anybody else's."""

from uuid import UUID, uuid4

import httpx

from services.traceability.everyday_events.rules import lot_key
from services.traceability.lots.models import LotHold
from services.traceability.lots.rules import normalise_code
from services.traceability.lots.service import hold_lot, lift_hold
from services.traceability.shop_views.rules import label_of
from shared.contracts.codes import Role, Unit
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.subjects.activating import HAISHU, shop


async def held(caller: httpx.AsyncClient) -> list[tuple[str, str]]:
    answer = await caller.get("/v1/own-lot-holds")
    assert answer.status_code == 200, answer.text
    return [(one["lot_code"], one["reason"]) for one in answer.json()["items"]]


async def test_holds_under_any_of_a_shops_names_are_its_own(client_of: ClientOf, session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    own, caller = await shop(client_of, "演示卤味店（虚构）")
    _, other = await shop(client_of, "演示别家店（虚构）")

    async def hold(code: str, business_id: UUID | None, name: str | None, reason: str) -> LotHold:
        found = await hold_lot(
            session,
            code=code,
            product_name="韭菜",
            holder_business_id=business_id,
            holder_uscc=None,
            holder_name=name,
            region_code=HAISHU,
            reason=reason,
            at=now(),
        )
        assert found is not None
        return found

    await hold("DEMO-1", own, None, "快检疑似阳性（演示）")
    gone = await hold("DEMO-2", own, None, "已解除的（演示）")
    await hold(lot_key("DEMO-3", own), None, "演示卤味店（虚构）", "召回（演示）")
    await hold("DEMO-4", None, None, "不知是谁的（演示）")
    await lift_hold(session, gone, reason="合格（演示）", at=now())
    assert await held(caller) == [("DEMO-3", "召回（演示）"), ("DEMO-1", "快检疑似阳性（演示）")]
    assert await held(other) == []


async def test_an_account_of_no_business_has_no_lots(client_of: ClientOf) -> None:
    assert await held(await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU])) == []


def test_a_lot_is_called_as_its_label_says() -> None:
    assert label_of(normalise_code(lot_key("demo-l1", uuid4()))) == "DEMO-L1"
    assert label_of(normalise_code("https://id.gs1.org/01/09520123456788/10/L1")) == "L1"
    assert label_of("XG-1") == "XG-1"
