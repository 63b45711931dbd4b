"""Asking the services for figures on the caller's behalf, each within a budget; whoever is silent is named."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import structlog
from pydantic import ValidationError

from shared.contracts.codes import Unit
from shared.contracts.figures import FigureSheet, Period, RegisteredFigureRead
from shared.http.pagination import Page
from shared.settings import UnitSettings

log = structlog.get_logger(__name__)

BUDGET_SECONDS = 5.0
"""What one question may take; all are asked side by side."""
STATED_PAGES = 10
"""A region with more than two thousand stated values is none that anybody keeps."""


@dataclass(frozen=True, slots=True)
class NotAvailable:
    """No answer, and why, in Chinese."""

    reason: str


@dataclass
class FigureSource:
    """The services as one caller reads them. Every question is asked once."""

    client: httpx.AsyncClient
    settings: UnitSettings
    headers: Mapping[str, str]
    _sheets: dict[tuple[Unit, str, Period], "asyncio.Task[FigureSheet | NotAvailable]"] = field(default_factory=dict)
    _stated: dict[tuple[Unit, str], "asyncio.Task[list[RegisteredFigureRead] | NotAvailable]"] = field(
        default_factory=dict
    )

    async def sheet(self, unit: Unit, region: str, period: Period, *, children: bool) -> FigureSheet | NotAvailable:
        """All figures of a service, region and period (and of the regions below, which are asked for along)."""
        key = (unit, f"{region}{'+' if children else ''}", period)
        if key not in self._sheets:
            self._sheets[key] = asyncio.create_task(self._read_sheet(unit, region, period, children=children))
        return await self._sheets[key]

    async def stated(self, unit: Unit, region: str) -> list[RegisteredFigureRead] | NotAvailable:
        """What documents state of a region, as the service keeps it."""
        key = (unit, region)
        if key not in self._stated:
            self._stated[key] = asyncio.create_task(self._read_stated(unit, region))
        return await self._stated[key]

    async def _read_sheet(
        self, unit: Unit, region: str, period: Period, *, children: bool
    ) -> FigureSheet | NotAvailable:
        wanted = {"region": region, "period": str(period), "children": str(children).lower()}
        answer = await self._get(unit, "/v1/figures/values", wanted)
        if isinstance(answer, NotAvailable):
            return answer
        try:
            return FigureSheet.model_validate_json(answer)
        except ValidationError:
            return NotAvailable(f"{unit.label}服务的答复读不懂")

    async def _read_stated(self, unit: Unit, region: str) -> list[RegisteredFigureRead] | NotAvailable:
        rows: list[RegisteredFigureRead] = []
        wanted = {"region": region, "limit": "200"}
        for _ in range(STATED_PAGES):
            answer = await self._get(unit, "/v1/registered-figures", wanted)
            if isinstance(answer, NotAvailable):
                return answer
            try:
                page = Page[RegisteredFigureRead].model_validate_json(answer)
            except ValidationError:
                return NotAvailable(f"{unit.label}服务的答复读不懂")
            rows += page.items
            if page.next_cursor is None:
                return rows
            wanted["cursor"] = page.next_cursor
        return NotAvailable(f"{unit.label}服务登记的数据太多")

    async def _get(self, unit: Unit, path: str, wanted: Mapping[str, str]) -> bytes | NotAvailable:
        prefix = "/api" if unit is Unit.GATEWAY else ""  # the gateway's own routes stand beside its pages
        url = f"{self.settings.address_of(unit)}{prefix}{path}"
        try:
            async with asyncio.timeout(BUDGET_SECONDS):
                response = await self.client.get(url, params=dict(wanted), headers=dict(self.headers))
        except (TimeoutError, httpx.HTTPError) as error:
            log.warning("figures_not_available", service=unit, reason=type(error).__name__)
            return NotAvailable(f"{unit.label}服务暂不可用")
        if response.status_code in (httpx.codes.FORBIDDEN, httpx.codes.UNAUTHORIZED):
            return NotAvailable(f"{unit.label}服务不让您读这个地区的数")
        if response.is_error:
            log.warning("figures_not_available", service=unit, reason=f"answered {response.status_code}")
            return NotAvailable(f"{unit.label}服务暂不可用")
        return response.content
