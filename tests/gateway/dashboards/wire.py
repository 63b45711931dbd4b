"""The four services as the gateway meets them on the wire: well, slow, broken, unreachable or refusing.

The answers are made with the contract's own classes; what is tested is what the gateway makes of them.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from gateway.clients import Caller, Services
from shared.contracts.codes import SERVICES, Unit
from shared.contracts.figures import FigureDefinition, FigureKind, FigureSheet, FigureState, FigureValue, RegionFigures
from shared.settings import UnitSettings

AS_OF = datetime(2026, 7, 24, 2, 32, tzinfo=UTC)
DISTRICT = "330203000000"
CALLER = Caller(token="the-callers-token", request_id="0199f3a0c1d27c5e8a7b6c5d4e3f2a1b")


class WireSettings(UnitSettings):
    unit = Unit.GATEWAY


@dataclass
class Wire:
    """What each service does (`fine` unless said otherwise) and what it was asked."""

    behaviour: dict[Unit, str] = field(default_factory=dict)
    no_past: set[Unit] = field(default_factory=set)
    children: list[tuple[str, str, str | None]] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)

    def services(self) -> Services:
        addresses = {f"{unit.value}_url": f"http://{unit.value}" for unit in SERVICES}
        settings = WireSettings.model_validate({"database_url": "postgresql://none"} | addresses)
        return Services(httpx.AsyncClient(transport=httpx.MockTransport(self.answer)), settings)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        unit = Unit(request.url.host)
        period = request.url.params["period"]
        behaviour = self.behaviour.get(unit, "fine")
        if unit in self.no_past and request.url.params["children"] == "false":
            behaviour = "broken"
        match behaviour:
            case "hesitant":
                await asyncio.sleep(0.6)
            case "slow":
                await asyncio.sleep(30)
            case "broken":
                return httpx.Response(500, json={"title": "处理时出了意外"})
            case "unreachable":
                raise httpx.ConnectError("refused", request=request)
            case "refuses":
                problem = {
                    "type": "/problems/outside-region",
                    "title": "不在您的管辖区域内",
                    "status": 403,
                    "errors": [],
                }
                return httpx.Response(403, json=problem)
            case "speaks another version":
                return httpx.Response(200, json={"figures": {}})
        sheet = self._sheet(unit, request.url.params["region"], period)
        return httpx.Response(200, json=sheet.model_dump(mode="json"))

    def _sheet(self, unit: Unit, region: str, period: str) -> FigureSheet:
        definition = definition_of(unit)

        def value(code: str, number: str | None) -> FigureValue:
            return value_of(definition, code, period, number)

        return FigureSheet(
            period=period,
            as_of=AS_OF,
            definitions=[definition],
            region=RegionFigures(region_code=region, region_name="海曙区", figures=[value(region, "98.5")]),
            children=[
                RegionFigures(region_code=code, region_name=name, figures=[value(code, number)])
                for code, name, number in self.children
            ],
        )


def definition_of(unit: Unit = Unit.SAMPLING, **changes: Any) -> FigureDefinition:
    fields: dict[str, Any] = {
        "code": f"{unit.value}.pass_rate",
        "name": "合格率",
        "kind": FigureKind.FLOW,
        "unit": "%",
        "numerator": "合格",
        "denominator": "检测",
        "higher_is_better": True,
        "decimals": 1,
        "version": 1,
        "note": "",
    }
    return FigureDefinition(**(fields | changes))


def value_of(definition: FigureDefinition, region: str, period: str, number: str | None) -> FigureValue:
    value = None if number is None else Decimal(number)
    state = FigureState.MISSING if value is None else FigureState.VALUE if value else FigureState.ZERO
    return FigureValue(
        code=definition.code,
        definition_version=definition.version,
        region_code=region,
        period=period,
        state=state,
        value=value,
        numerator=value,
        denominator=None if value is None else Decimal(100),
        low=None,
        high=None,
        as_of=AS_OF,
        rows=f"/v1/figures/{definition.code}/rows?region={region}&period={period}",
    )
