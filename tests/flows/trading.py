"""Traders of a chain: each has a token of his own business, and knows the gateway's address and nothing else.

All of it is invented (虚构).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx

from gateway.identity.demo_token import demo_token
from gateway.identity.keys import open_key_ring
from gateway.identity.tokens import TokenIssuer
from shared.contracts.codes import Role, Unit
from shared.http.auth import Actor
from shared.times import now
from tests.flows.market import register_business
from tests.flows.people import DISTRICT, TOWN, Person
from tests.flows.stage import Stage
from tests.waiting import eventually

API = "/api/traceability/v1"
ELSEWHERE, FAR_TOWN = "440605000000", "440605011000"
"""南海区, in another province, and a street of it."""

QUARANTINE = {"kind": "动物检疫合格证明", "number": "DEMO-JY-001"}
MEAT_INSPECTION = {"kind": "肉品品质检验合格证", "number": "DEMO-RP-001"}

Line = dict[str, Any]


def ago(hours: int) -> datetime:
    return now().replace(microsecond=0) - timedelta(hours=hours)


def goods(product_name: str, lot: str, quantity: str, unit: str = "公斤", **more: Any) -> Line:
    """A line of a ticket, or a part of a production."""
    return {"product_name": product_name, "lot": lot, "quantity": quantity, "unit": unit} | more


@dataclass(frozen=True, slots=True)
class Trader:
    """An activated business of a chain, and who acts for it."""

    id: UUID
    name: str
    person: Person

    async def sell(self, buyer: "Trader | None", *lines: Line, at: datetime, **more: Any) -> Any:
        """A ticket to another trader, or over the counter."""
        return await self.person.put(f"{API}/tickets/{uuid4()}", self._ticket(buyer, lines, at) | more)

    async def refused_sale(self, buyer: "Trader | None", *lines: Line, at: datetime) -> Any:
        """What is answered to a sale that is refused."""
        path = f"{API}/tickets/{uuid4()}"
        answer = await self.person.attempt("PUT", path, self._ticket(buyer, lines, at))
        assert answer.status_code == 409, answer.text
        return answer.json()

    async def buy_outside(self, *lines: Line, at: datetime) -> Any:
        """From a supplier who is no part of the chain."""
        supplier = {"name": "演示供货者（虚构）", "address": "演示大道 1 号", "contact": "0574-00000000"}
        body = {"kind": "purchase", "sold_at": at.isoformat(), "seller": supplier, "lines": list(lines)}
        return await self.person.put(f"{API}/tickets/{uuid4()}", body)

    async def receive(self, ticket: Any, *, at: datetime) -> Any:
        body = {"received_at": at.isoformat(), "documents_checked": True, "goods_in_order": True}
        return await self.person.put(f"{API}/tickets/{ticket['id']}/receipt", body)

    async def make(
        self, inputs: Sequence[Line], outputs: Sequence[Line], *, at: datetime, kind: str = "make", **more: Any
    ) -> Any:
        body = {"kind": kind, "done_at": at.isoformat(), "inputs": list(inputs), "outputs": list(outputs)}
        return await self.person.put(f"{API}/productions/{uuid4()}", body | more)

    async def commit(self, line: Line, *, at: datetime) -> Any:
        """A commitment certificate (承诺达标合格证) of a batch of one's own."""
        body = {"role": "producer", "origin": "演示村（虚构）", "basis": ["own_test"], "issued_at": at.isoformat()}
        return await self.person.put(f"{API}/certificates/{uuid4()}", line | body)

    async def stock(self) -> Mapping[str, Decimal]:
        """Lot code → what is left by the records."""
        rows = await self.person.all(f"{API}/stocks", business_id=str(self.id))
        return {row["lot_code"]: Decimal(row["quantity"]) for row in rows}

    async def notice(self) -> Any:
        return await self.person.one(f"{API}/recall-notices")

    async def answer(self, *, returned: str = "0", destroyed: str = "0", stock: str = "0") -> Any:
        """Acknowledge the one notice and report the same of each of its lines; what is destroyed has its paper."""
        notice = await self.notice()
        path = f"{API}/recall-notices/{notice['id']}"
        notice = await self.person.step(f"{path}/acknowledgement", notice["version"])
        amounts = {"stock": stock, "returned": returned, "destroyed": destroyed}
        lines = [{"key": line["key"], "unit": line["unit"], **amounts} for line in notice["lines"]]
        evidence = [{"name": "销毁记录（演示）", "sha256": "ab" * 32}] if destroyed != "0" else []
        return await self.person.step(f"{path}/reports", notice["version"], lines=lines, evidence=evidence)

    def _ticket(self, buyer: "Trader | None", lines: Sequence[Line], at: datetime) -> dict[str, Any]:
        body = {"kind": "sale" if buyer else "retail", "channel": "scan", "sold_at": at.isoformat()}
        return body | {"lines": list(lines)} | ({"buyer_business_id": str(buyer.id)} if buyer else {})


@dataclass(frozen=True, slots=True)
class Chain:
    """The platform of a flow with its traders, by what each is called in it."""

    stage: Stage
    traders: Mapping[str, Trader]

    def __getitem__(self, name: str) -> Trader:
        return self.traders[name]

    @property
    def officer(self) -> Person:
        """Who runs the recalls of the district."""
        return self.stage.people[Role.CASE_HANDLER]

    async def all_heard(self) -> None:
        await eventually(self.stage.ledger.all_delivered)

    async def step(self, recall: Any, name: str, **body: Any) -> Any:
        return await self.officer.step(f"{API}/recalls/{recall['id']}/{name}", recall["version"], **body)

    async def recall(self, recall: Any) -> Any:
        """The recall as it stands now."""
        return await self.officer.get(f"{API}/recalls/{recall['id']}")


@asynccontextmanager
async def trading(stage: Stage, **kinds: str) -> AsyncIterator[Chain]:
    """Businesses of these kinds, on file and activated; whose name begins with `far` trades in another province."""
    issuer = TokenIssuer(open_key_ring(stage.gateway_settings), stage.gateway_settings.token_issuer)
    async with AsyncExitStack() as stack:

        async def person(token: str) -> Person:
            client = httpx.AsyncClient(
                base_url=stage.platform.address_of(Unit.GATEWAY),
                headers={"Authorization": f"Bearer {token}"},
                timeout=60,
            )
            return Person(await stack.enter_async_context(client))

        offices = {
            DISTRICT: stage.people[Role.FOOD_SAFETY_OFFICE],
            ELSEWHERE: await person(demo_token(stage.gateway_settings, Role.FOOD_SAFETY_OFFICE, ELSEWHERE)),
        }
        traders = {}
        for number, (word, kind) in enumerate(kinds.items(), 1):
            region, town = (ELSEWHERE, FAR_TOWN) if word.startswith("far") else (DISTRICT, TOWN)
            own_id, name = uuid4(), f"演示经营者{number}（虚构）"
            await register_business(offices[region], own_id, name, kind, town)
            actor = Actor(
                id=uuid4(),
                name=f"{name}店主",
                kind="user",
                roles=frozenset({Role.BUSINESS}),
                regions=(region,),
                organisation_id=None,
                business_id=own_id,
                scopes=frozenset(),
            )
            owner = await person(issuer.issue(actor, timedelta(hours=1)))
            activation = {
                "name": name,
                "kind": kind,
                "region_code": town,
                "address": "演示路 8 号（虚构）",
                "contact": "0574-00000000（虚构）",
            }
            await owner.put(f"{API}/subjects/{own_id}", activation)
            traders[word] = Trader(own_id, name, owner)
        chain = Chain(stage, traders)
        await chain.all_heard()
        yield chain
