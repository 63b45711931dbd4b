"""An invented bureau that draws through the interface, with witnesses who have accounts of their own."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from services.inspection.random_draws.verifier import sha256_of_text
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from tests.conftest import ClientOf
from tests.services.inspection.factories import HAISHU, business, invented_uscc
from tests.services.inspection.visit_records.contents import pinned, published_checklist

CITY = "330200000000"
NONCES = ("见证甲的随机数（演示）0001", "见证乙的随机数（演示）0002")
DEPARTMENT = "市场监管"


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def ok(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def wanted(**change: Any) -> dict[str, Any]:
    """The body that freezes an invented draw."""
    return {
        "title": "演示抽查计划（虚构）",
        "purpose": "general",
        "region_code": HAISHU,
        "kinds": ["sales", "catering"],
        "percent": 50,
        "teams": [{"code": DEPARTMENT, "each": 2}],
    } | change


@dataclass
class Ceremony:
    """The office, two witnesses, somebody in the street; and the accounts of the inspectors on the roster."""

    session: AsyncSession
    client_of: ClientOf
    office: httpx.AsyncClient
    witnesses: list[httpx.AsyncClient]
    street: httpx.AsyncClient
    accounts: list[UUID] = field(default_factory=list)
    businesses: list[Business] = field(default_factory=list)
    checklist: dict[str, Any] | None = None

    @classmethod
    async def begin(cls, session: AsyncSession, client_of: ClientOf) -> "Ceremony":
        return cls(
            session,
            client_of,
            await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU]),
            [await client_of(Unit.INSPECTION, role, regions=[HAISHU]) for role in (Role.AUDITOR, Role.REVIEWER)],
            await client_of(Unit.INSPECTION),
        )

    async def on_file(self, count: int, **change: Any) -> list[Business]:
        made = [
            new_business(
                uuid7(),
                BusinessWrite.model_validate(
                    business(
                        uscc=invented_uscc(len(self.businesses) + number + 1),
                        name=f"演示食品店{len(self.businesses) + number}（虚构）",
                        **{"kind": ("sales", "catering")[number % 2]} | change,
                    )
                ),
            )
            for number in range(count)
        ]
        await enter(self.session, made, None)
        self.businesses += made
        return made

    async def inspectors(self, count: int, **change: Any) -> list[dict[str, Any]]:
        made = []
        for _ in range(count):
            account = uuid4()
            body = {
                "name": f"演示·检查人员{len(self.accounts)}（虚构）",
                "department": DEPARTMENT,
                "region_code": HAISHU,
                "skills": ["sales", "catering", "production"],
                "certificate_until": None,
                "active": True,
            } | change
            made.append(ok(await self.office.put(f"/v1/draw-inspectors/{account}", json=body)))
            self.accounts.append(account)
        return made

    async def published_checklist(self) -> dict[str, Any]:
        """The list that visits are made with, published when first asked for."""
        if self.checklist is None:
            self.checklist = pinned(await published_checklist(self.session))
        return self.checklist

    async def inspector(self, account: UUID | str) -> httpx.AsyncClient:
        return await self.client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=UUID(str(account)))

    async def frozen(self, **change: Any) -> dict[str, Any]:
        made: dict[str, Any] = ok(await self.office.post("/v1/random-draws", json=wanted(**change), headers=key()))
        return made

    async def now(self, draw: dict[str, Any]) -> dict[str, Any]:
        read: dict[str, Any] = ok(await self.office.get(f"/v1/random-draws/{draw['id']}"))
        return read

    async def step(self, draw: dict[str, Any], step: str, body: Any = None, **headers: str) -> httpx.Response:
        """A step of the office, from the present version."""
        tag = {"If-Match": f'"{(await self.now(draw))["version"]}"'} | headers
        return await self.office.post(f"/v1/random-draws/{draw['id']}/{step}", json=body, headers=tag)

    async def pledge(self, draw: dict[str, Any], number: int, nonce: str | None = None) -> httpx.Response:
        body = {"nonce_sha256": sha256_of_text(nonce or NONCES[number])}
        return await self.witnesses[number].post(f"/v1/random-draws/{draw['id']}/pledges", json=body)

    async def open(self, draw: dict[str, Any], number: int, nonce: str | None = None) -> httpx.Response:
        body = {"nonce": nonce or NONCES[number]}
        return await self.witnesses[number].post(f"/v1/random-draws/{draw['id']}/nonces", json=body)

    async def committed(self, **change: Any) -> dict[str, Any]:
        draw = await self.frozen(**change)
        for number in range(2):
            ok(await self.pledge(draw, number))
        made: dict[str, Any] = ok(await self.step(draw, "commitment", {"entropy": {"mode": "witnesses"}}))
        return made

    async def drawn(self, **change: Any) -> dict[str, Any]:
        draw = await self.committed(**change)
        for number in range(2):
            ok(await self.open(draw, number))
        made: dict[str, Any] = ok(await self.step(draw, "draw"))
        return made

    async def announced(self, **change: Any) -> dict[str, Any]:
        made: dict[str, Any] = ok(await self.step(await self.drawn(**change), "announcement"))
        return made

    async def visits(self, draw: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ok(await self.office.get(f"/v1/random-draws/{draw['id']}/visits?limit=200"))[
            "items"
        ]
        return found

    async def bundle(self, draw: dict[str, Any]) -> dict[str, Any]:
        read: dict[str, Any] = ok(await self.street.get(f"/v1/public-draws/{draw['id']}/bundle"))
        return read

    async def subjects(self, draw: dict[str, Any]) -> dict[str, dict[str, Any]]:
        rows = ok(await self.office.get(f"/v1/random-draws/{draw['id']}/parts/subjects"))
        return {row["name"]: row for row in rows}
