"""Invented chains, told as their members capture them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes.models import CodeBatch, TraceCode
from services.traceability.codes.rules import CodeKind, CodeScheme, CodeState
from services.traceability.identifiers.check_digits import check_digit
from shared.ids import uuid7
from shared.times import now
from tests.services.traceability.epcis_queries.worlds import HAISHU, capture

START = datetime(2026, 7, 1, tzinfo=UTC)


def at(hour: float) -> str:
    return (START + timedelta(hours=hour)).isoformat(timespec="milliseconds")


def lot(name: str) -> str:
    return f"https://id.gs1.org/01/09520123456788/10/{name}"


def sscc(number: int) -> str:
    digits = f"0952012345{number:07d}"
    return f"https://id.gs1.org/00/{digits}{check_digit(digits)}"


def gln(number: int) -> str:
    digits = f"95201234{number:04d}"
    return digits + check_digit(digits)


def place(number: int) -> str:
    return f"https://id.gs1.org/414/{gln(number)}"


class Member:
    """Somebody in a chain, with a shop code that an office has registered."""

    def __init__(self, number: int, name: str, region: str = HAISHU) -> None:
        self.number, self.name, self.region = number, name, region
        self.business_id: UUID = uuid4()

    @property
    def place(self) -> str:
        return place(self.number)

    def event(self, kind: str, hour: float, step: str, **more: Any) -> dict[str, Any]:
        frame = {"type": kind, "eventTime": at(hour), "eventTimeZoneOffset": "+08:00", "bizStep": step}
        return frame | {"bizLocation": {"id": self.place}} | more

    def made(self, hour: float, lots: dict[str, str | None], **more: Any) -> dict[str, Any]:
        return self.event("ObjectEvent", hour, "commissioning", action="ADD", quantityList=amounts(lots), **more)

    def shipped(self, hour: float, to: "Member", lots: dict[str, str | None], **more: Any) -> dict[str, Any]:
        parties = {"destinationList": [{"type": "owning_party", "destination": to.place}]}
        return self.event("ObjectEvent", hour, "shipping", action="OBSERVE", **listed(lots), **parties, **more)

    def received(self, hour: float, of: "Member", lots: dict[str, str | None], **more: Any) -> dict[str, Any]:
        parties = {"sourceList": [{"type": "owning_party", "source": of.place}]}
        return self.event("ObjectEvent", hour, "receiving", action="OBSERVE", **listed(lots), **parties, **more)

    def sold(self, hour: float, lots: dict[str, str | None]) -> dict[str, Any]:
        return self.event("ObjectEvent", hour, "retail_selling", action="OBSERVE", quantityList=amounts(lots))

    def turned(self, hour: float, inputs: dict[str, str | None], outputs: dict[str, str | None]) -> dict[str, Any]:
        lists = {"inputQuantityList": amounts(inputs), "outputQuantityList": amounts(outputs)}
        return self.event("TransformationEvent", hour, "commissioning", **lists)

    def packed(self, hour: float, parent: str, lots: dict[str, str | None], action: str = "ADD") -> dict[str, Any]:
        return self.event(
            "AggregationEvent",
            hour,
            "packing" if action == "ADD" else "unpacking",
            action=action,
            parentID=parent,
            childQuantityList=amounts(lots),
        )


def amounts(lots: dict[str, str | None]) -> list[dict[str, Any]]:
    """Kilogrammes of each lot; None: not told."""
    return [
        {"epcClass": lot(name)} | ({} if amount is None else {"quantity": float(amount), "uom": "KGM"})
        for name, amount in lots.items()
    ]


def listed(lots: dict[str, str | None]) -> dict[str, Any]:
    """Logistic units by their number, lots with their amounts."""
    units = [key for key in lots if key.startswith("https://")]
    rest = {name: amount for name, amount in lots.items() if name not in units}
    return ({"epcList": units} if units else {}) | ({"quantityList": amounts(rest)} if rest else {})


async def tell(session: AsyncSession, member: Member, *events: dict[str, Any]) -> None:
    await capture(session, events, business_id=member.business_id, region=member.region)


async def register(session: AsyncSession, members: Sequence[Member]) -> None:
    """Register each member's shop code, by an office."""
    for member in members:
        issued = {"kind": CodeKind.SHOP, "name": member.name, "business_id": member.business_id}
        issued |= {"issuer_business_id": None, "region_code": member.region, "issued_at": now()}
        batch = CodeBatch(**issued, scheme=CodeScheme.GS1, quantity=1, note="演示")
        session.add(batch)
        await session.flush()
        where = {"key": member.place, "path": f"/414/{gln(member.number)}", "text": gln(member.number)}
        session.add(TraceCode(id=uuid7(), batch_id=batch.id, state=CodeState.ACTIVE, **issued, **where))
    await session.flush()
