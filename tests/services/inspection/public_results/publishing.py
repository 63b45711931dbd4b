"""How an invented bureau comes to published results: through the interface, as terminals and offices do."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from shared.ids import uuid7
from shared.times import now
from tests.services.inspection.factories import business
from tests.services.inspection.visit_records.contents import edited, send, upload_signatures, visit

REASON = "后厨张某某（虚构）说不清来源"
"""What an inspector wrote of an item: it names somebody."""


@dataclass(frozen=True, slots=True)
class Bureau:
    session: AsyncSession
    officer: httpx.AsyncClient
    office: httpx.AsyncClient
    checklist: dict[str, Any]

    async def on_file(self, **change: Any) -> Business:
        made = new_business(uuid7(), BusinessWrite.model_validate(business(**change)))
        await enter(self.session, [made], None)
        return made

    async def visited(
        self, place: Business | None, *, days_ago: int = 1, failed: tuple[str, ...] = (), **change: Any
    ) -> tuple[UUID, dict[str, Any]]:
        """A finished visit: its id and what the terminal sent."""
        began = now() - timedelta(days=days_ago)
        document = visit(
            self.checklist,
            business_id=str(place.id) if place else None,
            unregistered_place="" if place else "张某某的推车（虚构）",
            began_at=began.isoformat(),
            ended_at=(began + timedelta(hours=1)).isoformat(),
            **change,
        )
        for number in failed:
            document["answers"][number] = {"finding": "failed", "reason": REASON}
        await upload_signatures(self.officer)
        record_id = uuid7()
        answer = await send(self.officer, record_id, document)
        assert answer.json()["state"] == "complete", answer.text
        return record_id, document

    async def publish(self, record_id: UUID, note: str = "") -> httpx.Response:
        version = (await self.office.get(f"/v1/visit-records/{record_id}")).headers["ETag"]
        return await self.office.post(
            f"/v1/visit-records/{record_id}/publication", json={"note": note}, headers={"If-Match": version}
        )

    async def published(self, place: Business | None, **what: Any) -> UUID:
        """A visit whose result is public."""
        record_id, _ = await self.visited(place, **what)
        answer = await self.publish(record_id)
        assert answer.status_code == 200, answer.text
        return record_id

    async def found_anew(self, record_id: UUID, document: dict[str, Any], number: str) -> None:
        """The inspector finds that an item was not in order after all."""
        answer = await send(self.officer, record_id, edited(document, found={number: "failed"}))
        assert answer.json()["state"] == "complete", answer.text

    async def corrected(self, record_id: UUID, document: dict[str, Any], number: str, note: str) -> None:
        """An item was not in order after all, and the result is published anew."""
        await self.found_anew(record_id, document, number)
        answer = await self.publish(record_id, note)
        assert answer.status_code == 200, answer.text
