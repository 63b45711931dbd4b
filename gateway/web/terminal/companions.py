"""The small lists that a terminal takes along beside its task pack."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request

from gateway.clients import Refused, ServicesHere, ServiceSilent, caller_of
from gateway.web.inspection.clues import cells_of
from gateway.web.inspection.grid import lists_in_force
from gateway.web.sampling.sample_form_people import people_with
from gateway.web.terminal.sessions import PATH, ROLES
from gateway.web.visitors import VISIT_MAKERS, Visitor
from shared.contracts.codes import Unit
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.routing import Route

router = APIRouter(include_in_schema=False, prefix=PATH, route_class=Route)

BUDGET_SECONDS = 10.0
ACTIVE = {"active": "true", "limit": "200"}

CanUseTerminal = Annotated[Actor, Depends(Allow(*ROLES))]


@router.get("/companions")
async def companions(
    request: Request, session: Session, services: ServicesHere, actor: CanUseTerminal
) -> dict[str, Any]:
    """随任务包带走的几张小表：同去的人、网格、巡查清单、检测点；服务没有答的为 null，终端仍用原有的"""
    visitor = Visitor(actor, caller_of(request))
    sites, lists = await asyncio.gather(
        _told(services.get(Unit.SAMPLING, "/v1/test-sites", visitor.caller, BUDGET_SECONDS, **ACTIVE)),
        _told(lists_in_force(services, visitor)),
    )
    people, cells = await people_with(session, visitor, VISIT_MAKERS), await cells_of(services, session, visitor)
    return {
        "colleagues": [{"id": each.id, "name": each.name} for each in people],
        "cells": [{"code": code, "name": name} for code, name in cells],
        "patrol_lists": lists
        and [
            {"id": each["id"], "title": each["title"], "items": each["content"]["items"]}
            for each in lists
            if each["content"]["purpose"] == "patrol"
        ],
        "sites": sites and [{"id": each["id"], "code": each["code"], "name": each["name"]} for each in sites["items"]],
    }


async def _told(answer: Awaitable[Any]) -> Any:
    """What a service says; None where it does not."""
    try:
        return await answer
    except (Refused, ServiceSilent):
        return None
