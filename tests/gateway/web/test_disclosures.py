"""What is masked is masked on every way out, and shown whole on the answer to a form that asks why, once."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from gateway.identity.keys import open_key_ring
from gateway.identity.tokens import TokenIssuer
from gateway.settings import Settings
from shared.contracts.codes import OFFICIALS, Role, Unit
from shared.http.auth import Actor
from tests.architecture.routes import all_routes
from tests.gateway.web.platform import DISTRICT, OWN_PAGE, TOWN, Market
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import INSPECTION, registered
from tests.services.sampling.apart import laboratory_body
from tests.services.sampling.factories import key
from tests.services.traceability.tickets.trading import purchase

PHONE = "13800001234"
PLANTED = (PHONE, "13900005678", "13700009876", "13600004321", "13500008765", "演帮工", "示联络", "乙联系")
IDS = re.compile(r"\{(\w+)(?::\w+)?\}")


def everybody(market: Market) -> httpx.AsyncClient:
    """The client of somebody who has every role of an office at once: what he does not read, nobody there does."""
    settings = market.platform.settings[Unit.GATEWAY]
    assert isinstance(settings, Settings)
    actor = Actor(
        id=uuid4(),
        name="演示·什么都看的人",
        kind="user",
        roles=frozenset({*OFFICIALS, Role.SAMPLER, Role.ADMINISTRATOR, Role.REVIEWER}),
        regions=(DISTRICT,),
        organisation_id=uuid4(),
        business_id=None,
        scopes=frozenset(),
    )
    token = TokenIssuer(open_key_ring(settings), settings.token_issuer).issue(actor, timedelta(hours=1))
    return httpx.AsyncClient(base_url=market.address, headers={"Authorization": f"Bearer {token}"}, timeout=90)


async def planted(market: Market) -> dict[str, str]:
    """Records with every number of `PLANTED` in them, by the name of their ids in paths."""
    business = await registered(market, phone=PHONE)
    person, laboratory, subject = (str(uuid4()) for _ in range(3))
    worker = {"role": "food_handler", "name": "演帮工", "phone": "13900005678"}
    other = {"role": "safety_officer", "name": "演示安全员", "phone": "13700009876"}
    house = laboratory_body() | {"contact_name": "示联络", "contact_phone": "13600004321"}
    place = {"name": "演示店（虚构）", "region_code": TOWN, "address": "演示路 8 号", "contact": "乙联系 13500008765"}
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        persons = f"{INSPECTION}/businesses/{business['id']}/persons"
        ok(await office.put(f"{persons}/{person}", json=worker))
        ok(await office.put(f"{persons}/{uuid4()}", json=other))
        ok(await office.put(f"/api/sampling/v1/laboratories/{laboratory}", json=house, headers=key()))
        ok(await office.put(f"/api/traceability/v1/subjects/{subject}", json=place))
    return {
        "business_id": business["id"],
        "subject": subject,
        "person_id": person,
        "laboratory_id": laboratory,
        "region_code": TOWN,
        "code": TOWN,
    }


def ways_out(ids: dict[str, str]) -> list[str]:
    """Every reading address of the platform that can be written with these ids."""
    found = []
    for route in all_routes():
        if route.method != "GET" or (route.unit is Unit.GATEWAY and not route.path.startswith("/api/")):
            continue
        names = IDS.findall(route.path)
        if set(names) <= ids.keys():
            path = IDS.sub(lambda name: ids[name[1]], route.path)
            found.append(path if route.unit is Unit.GATEWAY else f"/api/{route.unit.value}{path}")
    return found


async def test_no_answer_of_any_route_shows_a_number_or_a_worker_whole(market: Market) -> None:
    ids = await planted(market)
    ways = [*ways_out(ids), f"/api/traceability/v1/subjects/{ids['subject']}"]
    answered, shown = 0, []
    async with everybody(market) as reader:
        for way in ways:
            answer = await reader.get(
                way, params={"limit": 200} if way.endswith(("businesses", "laboratories")) else {}
            )
            answered += answer.status_code == 200
            shown += [(way, secret) for secret in PLANTED if secret in answer.text]
        for words in PLANTED:
            search: Any = await reader.get(f"{INSPECTION}/record-search", params={"q": words})
            shown += [("search", secret) for secret in PLANTED if secret != words and secret in search.text]
    assert shown == []
    assert answered > len(ways) / 3, "most of the ways lead somewhere"


async def test_a_telephone_is_shown_once_for_a_reason(market: Market) -> None:
    business = await registered(market, phone=PHONE)
    page, way = f"/businesses/{business['id']}", f"/disclosures/businesses/{business['id']}"
    async with market.signed_in(Role.INSPECTOR) as officer:
        shown = (await officer.get(page)).text
        assert "138****1234" in shown
        assert PHONE not in shown
        assert f'href="{way}"' in shown
        asked = await officer.get(way)
        assert "为什么要看" in asked.text
        form = {"form_token": officer.cookies["shian_form"]}
        unsaid = await officer.post(way, data=form | {"purpose": ""}, headers=OWN_PAGE)
        assert PHONE not in asked.text + unsaid.text
        told = await officer.post(way, data=form | {"purpose": "（演示）约定复查"}, headers=OWN_PAGE)
        assert PHONE in told.text
        assert told.headers["cache-control"] == "no-store"
        assert (await officer.get(f"/disclosures/nothing/{business['id']}")).status_code == 404
    async with market.signed_in(Role.LEADER) as leader:
        assert f'href="{way}"' not in (await leader.get(page)).text
        assert (await leader.get(way)).status_code == 403


async def test_a_shop_and_its_ticket_show_whole_contacts_once_for_a_reason(market: Market) -> None:
    subject, ticket = str(uuid4()), str(uuid4())
    place = {"name": "演示粮店（虚构）", "region_code": TOWN, "address": "演示路 9 号", "contact": "乙联系 13500008765"}
    supplier = {"name": "演示供货者（虚构）", "address": "演示大道 1 号", "contact": "丙联系 13600004321"}
    goods = purchase(business_id=subject, seller=supplier)
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        ok(await office.put(f"/api/traceability/v1/subjects/{subject}", json=place))
        ok(await office.put(f"/api/traceability/v1/tickets/{ticket}", json=goods))
    secrets = {"subjects": ("13500008765",), "tickets": ("13500008765", "13600004321")}
    async with market.signed_in(Role.INSPECTOR) as officer:
        board = (await officer.get(f"/traces/subjects/{subject}")).text
        assert f'href="/traces/tickets/{ticket}"' in board, "from the shop to what it trades"
        assert f'href="/traces/subjects/{subject}"' in (await officer.get(f"/traces/tickets/{ticket}")).text
        for kind, record in (("subjects", subject), ("tickets", ticket)):
            shown, way = (await officer.get(f"/traces/{kind}/{record}")).text, f"/disclosures/{kind}/{record}"
            assert not any(secret in shown for secret in secrets[kind])
            assert f'href="{way}"' in shown
            form = {"form_token": officer.cookies["shian_form"], "purpose": "（演示）通知召回"}
            told = await officer.post(way, data=form, headers=OWN_PAGE)
            assert all(secret in told.text for secret in secrets[kind])
            assert f'href="/traces/{kind}/{record}"' in told.text, "and back to where it was asked"
    async with market.signed_in(Role.LEADER) as leader:
        assert "/disclosures/" not in (await leader.get(f"/traces/subjects/{subject}")).text
        assert (await leader.get(f"/traces/tickets/{uuid4()}")).status_code == 404
    async with market.caller(Role.AUDITOR) as auditor:
        noted = ok(await auditor.get("/api/traceability/v1/personal-data-disclosures"))["items"]
    assert {f"/v1/subjects/{subject}", f"/v1/tickets/{ticket}"} <= {one["target"] for one in noted}
