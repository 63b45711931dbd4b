"""Units to draw from as the business register (一户一档) has them: all of a kind that trade, or none at all."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import httpx
import structlog
from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from services.scoring.site_checks.content import FromRegister
from services.scoring.site_checks.problems import RegisterUnavailable
from shared.contracts.codes import Unit
from shared.contracts.inspection import BusinessStatus
from shared.http.pagination import Page
from shared.settings import UnitSettings

log = structlog.get_logger(__name__)

BUDGET_SECONDS = 60.0
"""What reading the register of a city's kind may take."""
PAGE = 200
MOST_UNITS = 20_000


class _Business(BaseModel):
    """What a draw needs of a business; the rest of its file is not read."""

    id: UUID
    name: str
    region_code: str


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """One business and the form by which it would be checked."""

    id: UUID
    name: str
    region_code: str
    form: str


@dataclass(frozen=True, slots=True)
class UnitRegister:
    """The register as one caller reads it."""

    client: httpx.AsyncClient
    settings: UnitSettings
    headers: Mapping[str, str]

    async def page(self, wanted: Mapping[str, str]) -> Page[_Business]:
        """Raises RegisterUnavailable."""
        url = f"{self.settings.address_of(Unit.INSPECTION)}/v1/businesses"
        try:
            response = await self.client.get(url, params=dict(wanted), headers=dict(self.headers))
        except httpx.HTTPError as error:
            log.warning("register_not_available", reason=type(error).__name__)
            raise RegisterUnavailable("监督检查服务暂不可用") from error
        if response.status_code in (httpx.codes.FORBIDDEN, httpx.codes.UNAUTHORIZED):
            raise RegisterUnavailable("监督检查服务不让您读这个地区的档案")
        try:
            return Page[_Business].model_validate_json(response.raise_for_status().content)
        except (httpx.HTTPStatusError, ValidationError) as error:
            log.warning("register_not_available", reason=f"answered {response.status_code}")
            raise RegisterUnavailable("监督检查服务的答复读不懂") from error


async def read_units(register: UnitRegister, region: str, wanted: Sequence[FromRegister]) -> list[ListedUnit]:
    """Every trading business of the wanted kinds in a region. A part of them is never drawn from.

    Raises RegisterUnavailable.
    """
    found: list[ListedUnit] = []
    try:
        async with asyncio.timeout(BUDGET_SECONDS):
            for form, kind in ((one.form, kind) for one in wanted for kind in one.kinds):
                query = {"region": region, "kind": kind.value, "status": BusinessStatus.ACTIVE.value}
                query["limit"] = str(PAGE)
                cursor: str | None = ""
                while cursor is not None:
                    page = await register.page(query | ({"cursor": cursor} if cursor else {}))
                    found += [ListedUnit(one.id, one.name, one.region_code, form) for one in page.items]
                    cursor = page.next_cursor
                    if len(found) > MOST_UNITS:
                        raise RegisterUnavailable(f"在营的超过 {MOST_UNITS} 家，请少选业态，或自行列出单位")
    except TimeoutError as error:
        raise RegisterUnavailable("监督检查服务答得太慢") from error
    return found


def unit_register(request: Request) -> UnitRegister:
    """The register, asked with the caller's own token."""
    passed_on = ("authorization", "x-request-id", "traceparent")
    headers = {name: value for name in passed_on if (value := request.headers.get(name))}
    return UnitRegister(request.app.state.client, request.app.state.settings, headers)


Register = Annotated[UnitRegister, Depends(unit_register)]
