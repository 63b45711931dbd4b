"""The figures of traceability equal the rows behind them, whatever happened to the records."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.main import service as traceability
from services.traceability.subjects import repository as subjects
from services.traceability.subjects.rules import Place, Standing, changes
from services.traceability.subjects.standing import recount_all
from services.traceability.subjects.subscribers import on_business
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.contracts.inspection import BusinessChanged, BusinessKind, BusinessStatus
from shared.figures import repository, service
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.subjects.activating import HAISHU, NANHAI, shop
from tests.services.traceability.tickets.trading import line, purchase, received, sale, sold

STREET = "330203001000"
PAPER = [{"kind": "承诺达标合格证", "number": "DEMO-HGZ-1"}]
MONTH = Period.containing(day_of(now()), PeriodKind.MONTH)
YEAR = Period.containing(day_of(now()), PeriodKind.YEAR)


@pytest.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.TRACEABILITY)


async def proved(
    session: AsyncSession, regions: Sequence[str] = (HAISHU, STREET, NANHAI)
) -> dict[tuple[str, str], tuple[int, int]]:
    """Numerator and denominator of every figure that says something, the same from rows, deltas and rollups."""
    figures = traceability.figures
    proof = await repository.counts_from_rows(session, figures, list(regions), YEAR)
    for _ in range(2):
        current = await repository.current_counts(session, figures, list(regions), YEAR)
        assert _without_zeros(current) == _without_zeros(proof)
        await service.fold(session)
    return {place: (int(over), int(under)) for place, (over, under) in _without_zeros(proof).items()}


def _without_zeros(sums: Any) -> dict[Any, tuple[Decimal, Decimal]]:
    return {place: both for place, both in sums.items() if any(both)}


def fact(business_id: UUID, version: int, **change: Any) -> BusinessChanged:
    told = {
        "business_id": business_id,
        "version": version,
        "uscc": None,
        "name": "演示店（虚构）",
        "kind": BusinessKind.SALES,
        "status": BusinessStatus.ACTIVE,
        "region_code": STREET,
        "site_id": None,
        "stall_number": None,
    }
    return BusinessChanged.model_validate(told | change)


async def test_who_is_on_the_register_counts_below_and_who_is_activated_above(
    session: AsyncSession, client_of: ClientOf
) -> None:
    idle = uuid4()
    await on_business(session, fact(idle, 1))
    own, caller = await shop(client_of, "演示店（虚构）", kind="sales")
    assert (await proved(session))["traceability.activated_subjects", HAISHU] == (1, 2)
    assert (await proved(session))["traceability.activated_sales", HAISHU] == (1, 2)
    assert ("traceability.traced_subjects", HAISHU) in await proved(session), "nobody traced yet is nothing of two"
    assert (await proved(session))["traceability.traced_subjects", HAISHU] == (0, 2)
    await sold(caller, sale(line(), kind="retail"))
    await sold(caller, sale(line(), kind="retail"))
    assert (await proved(session))["traceability.traced_subjects", HAISHU] == (1, 2)

    await on_business(session, fact(own, 3, kind=BusinessKind.WORKSHOP, region_code=NANHAI))
    found = await proved(session)
    assert found["traceability.activated_subjects", HAISHU] == (0, 1)
    assert found["traceability.activated_subjects", NANHAI] == (1, 1)
    assert found["traceability.activated_workshop", NANHAI] == (1, 1)
    await on_business(session, fact(own, 4, status=BusinessStatus.CLOSED))
    await on_business(session, fact(idle, 2, status=BusinessStatus.CLOSED))
    assert await proved(session) == {}, "of nobody there is no share"


async def test_who_was_entered_before_the_counting_is_counted_once(session: AsyncSession) -> None:
    told = {"name": "演示市场（虚构）", "uscc": None, "kind": BusinessKind.MARKET, "region_code": STREET}
    row = {"id": uuid4(), "status": BusinessStatus.ACTIVE, "facts_version": 1, "version": 1, **told}
    await subjects.enter(session, row)
    assert await proved(session) == {}
    for _ in range(2):
        await recount_all(session)
        assert (await proved(session))["traceability.activated_market", HAISHU] == (0, 1)


async def test_trades_count_where_and_as_what_they_are(session: AsyncSession, client_of: ClientOf) -> None:
    _, seller = await shop(client_of, "演示批发（虚构）", kind="sales")
    near, buyer = await shop(client_of, "演示摊（虚构）", kind="sales")
    far, _ = await shop(client_of, "演示外地摊（虚构）", kind="sales", region=NANHAI)
    meat = line(category="meat", lot="DEMO-R1", certificates=PAPER)
    bare = line(category="agricultural", lot=None)
    first = await sold(seller, sale(meat, bare, buyer_business_id=str(near)))
    lost = await sold(seller, sale(line(), buyer_business_id=str(far)))
    await sold(seller, sale(meat, channel="file"))
    await sold(buyer, purchase(line(category="meat")))
    await sold(seller, sale(meat, kind="retail"))
    found = await proved(session)
    assert found["traceability.paperless_trades", HAISHU] == (2, 4)
    assert found["traceability.paperless_meat_trades", HAISHU] == (1, 3)
    assert found["traceability.complete_trades", HAISHU] == (0, 4)
    assert found["traceability.received_trades", HAISHU] == (0, 1)
    assert found["traceability.received_trades", NANHAI] == (0, 1)

    await received(buyer, first["id"])
    headers = {"If-Match": f'"{lost["version"]}"'}
    answer = await seller.post(f"/v1/tickets/{lost['id']}/voiding", json={"reason": "重新开票"}, headers=headers)
    assert answer.status_code == 200, answer.text
    found = await proved(session)
    assert found["traceability.complete_trades", HAISHU] == (1, 3)
    assert found["traceability.received_trades", HAISHU] == (1, 1)
    assert ("traceability.received_trades", NANHAI) not in found
    assert found["traceability.paperless_trades", HAISHU] == (1, 3)
    over, under = found["traceability.complete_records", HAISHU]
    assert 0 <= over <= under


async def test_a_ticket_that_names_nobody_counts_as_received_where_it_is_received(
    session: AsyncSession, client_of: ClientOf
) -> None:
    _, seller = await shop(client_of, "演示批发（虚构）")
    _, buyer = await shop(client_of, "演示外地摊（虚构）", region=NANHAI)
    ticket = await sold(seller, sale(line(lot="DEMO-A", certificates=PAPER)))
    assert not [place for place in await proved(session) if place[0] == "traceability.received_trades"]
    await received(buyer, ticket["id"])
    found = await proved(session)
    assert found["traceability.received_trades", NANHAI] == (1, 1)
    assert found["traceability.complete_trades", HAISHU] == (1, 1)


async def test_a_farm_certifies_while_a_certificate_stands(session: AsyncSession, client_of: ClientOf) -> None:
    _, farm = await shop(client_of, "演示合作社（虚构）", kind="farm")
    assert (await proved(session))["traceability.certifying_farms", HAISHU] == (0, 1)
    body = {
        "role": "producer",
        "product_name": "青菜",
        "quantity": "50",
        "unit": "公斤",
        "origin": "演示村（虚构）",
        "lot": "DEMO-Q1",
        "basis": ["own_test"],
        "issued_at": now().isoformat(),
    }
    answer = await farm.put(f"/v1/certificates/{uuid4()}", json=body)
    assert answer.status_code == 200, answer.text
    assert (await proved(session))["traceability.certifying_farms", HAISHU] == (1, 1)
    issued = answer.json()
    headers = {"If-Match": f'"{issued["version"]}"'}
    voided = await farm.post(f"/v1/certificates/{issued['id']}/voiding", json={"reason": "写错了"}, headers=headers)
    assert voided.status_code == 200, voided.text
    assert (await proved(session))["traceability.certifying_farms", HAISHU] == (0, 1)


async def test_a_product_is_on_the_chain_while_it_is_in_use(session: AsyncSession, client_of: ClientOf) -> None:
    _, maker = await shop(client_of, "演示卤味坊（虚构）")
    path = f"/v1/products/{uuid4()}"
    for active, expected in ((True, (1, 0)), (True, (1, 0)), (False, None), (True, (1, 0))):
        answer = await maker.put(path, json={"name": "酱鸭", "active": active})
        assert answer.status_code == 200, answer.text
        assert (await proved(session)).get(("traceability.products", HAISHU)) == expected


async def test_what_nothing_is_known_of_is_missing_and_never_zero(client_of: ClientOf) -> None:
    leader: httpx.AsyncClient = await client_of(Unit.TRACEABILITY, Role.LEADER, regions=[HAISHU])
    answer = await leader.get("/v1/figures/values", params={"region": HAISHU, "period": str(MONTH)})
    assert answer.status_code == 200, answer.text
    shown = {figure["code"]: figure for figure in answer.json()["region"]["figures"]}
    for code in ("traceability.activated_subjects", "traceability.paperless_trades", "traceability.complete_records"):
        assert (shown[code]["state"], shown[code]["value"]) == ("missing", None), code


PLACES = st.builds(Place, st.sampled_from([HAISHU, NANHAI]), st.sampled_from([None, *BusinessKind][:4]))
STANDINGS = st.builds(Standing, *[st.integers(0, 1)] * 5)


@given(st.dictionaries(PLACES, STANDINGS), st.dictionaries(PLACES, STANDINGS, max_size=1))
def test_what_is_added_makes_the_counting_as_wanted(
    counted: dict[Place, Standing], wanted: dict[Place, Standing]
) -> None:
    added = changes(counted, wanted)
    after = {
        place: Standing(*map(sum, zip(counted.get(place, Standing()), added.get(place, Standing()), strict=True)))
        for place in counted.keys() | wanted.keys()
    }
    assert {place: one for place, one in after.items() if any(one)} == {
        place: one for place, one in wanted.items() if any(one)
    }
    assert all(any(change) for change in added.values())
