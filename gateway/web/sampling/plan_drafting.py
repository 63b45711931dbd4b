"""Drawing up a sampling plan, changing a draft, and computing an allocation, each as one form with rows."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.regions import places_below
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.sampling import plan_form
from gateway.web.sampling.categories import category_options
from gateway.web.visitors import CanKeepPlans, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.database import Session
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
PLANS = "/v1/sampling-plans"
NEW = FormPage("拟定抽检计划", [("抽检计划", "/sampling-plans")], "/sampling-plans")


@router.get("/sampling-plans/new")
async def new_plan(request: Request, visitor: CanKeepPlans, services: ServicesHere, session: Session) -> Response:
    form = await _new_form(services, session, visitor)
    return show_form(request, NEW, form, begun(form))


@router.post("/sampling-plans/new")
async def draw_up(request: Request, visitor: CanKeepPlans, services: ServicesHere, session: Session) -> Response:
    form = await _new_form(services, session, visitor)
    sending = Sending("POST", PLANS, lambda plan: f"/sampling-plans/{plan['id']}?done=drawn-up")
    return await take_form(request, services, visitor.caller, NEW, form, sending)


@router.get("/sampling-plans/{plan_id}/draft")
async def draft_form(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, session: Session, plan_id: UUID
) -> Response:
    plan = await _draft(services, visitor, plan_id)
    form = await _draft_form(services, session, visitor, plan)
    filled = plan_form.draft_of(plan, form)
    return show_form(request, _page(plan, "更改草稿"), form, filled, version=str(plan["version"]))


@router.post("/sampling-plans/{plan_id}/draft")
async def save_draft(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, session: Session, plan_id: UUID
) -> Response:
    plan = await _draft(services, visitor, plan_id)
    form = await _draft_form(services, session, visitor, plan)
    sending = Sending("PUT", f"{PLANS}/{plan_id}", lambda _: f"/sampling-plans/{plan_id}?done=draft", plan_form.whole)

    async def version_now() -> str:
        return str((await _plan(services, visitor, plan_id))["version"])

    page = _page(plan, "更改草稿")
    return await take_form(request, services, visitor.caller, page, form, sending, version_now)


@router.get("/sampling-plans/{plan_id}/allocations/new")
async def new_allocation(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, session: Session, plan_id: UUID
) -> Response:
    plan = await _plan(services, visitor, plan_id)
    if plan["state"] != "issued":
        raise NotFound("计划下达以后才能分配；请先在计划的页面上下达")
    form = await _allocation_form(services, session, visitor, plan)
    return show_form(request, _page(plan, "计算分配方案"), form, plan_form.allocation_begun(plan))


@router.post("/sampling-plans/{plan_id}/allocations/new")
async def allocate(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, session: Session, plan_id: UUID
) -> Response:
    plan = await _plan(services, visitor, plan_id)
    form = await _allocation_form(services, session, visitor, plan)
    address = f"/sampling-plans/{plan_id}/allocations"
    sending = Sending(
        "POST",
        f"{PLANS}/{plan_id}/allocations",
        lambda allocation: f"{address}/{allocation['id']}",
        lambda sent: {"method": plan_form.method_of(plan), "cells": []} | sent,
    )
    return await take_form(request, services, visitor.caller, _page(plan, "计算分配方案"), form, sending)


def _page(plan: Mapping[str, Any], title: str) -> FormPage:
    address = f"/sampling-plans/{plan['id']}"
    return FormPage(title, [("抽检计划", "/sampling-plans"), (plan["title"], address)], address, plan["title"])


async def _new_form(services: Services, session: Session, visitor: Visitor) -> RowForm:
    places = await places_below(session, visitor.actor.regions)
    return plan_form.form_of(_today(), places, await category_options(services, visitor), is_new=True)


async def _draft_form(services: Services, session: Session, visitor: Visitor, plan: Mapping[str, Any]) -> RowForm:
    places = await places_below(session, [plan["region_code"]])
    return plan_form.form_of(_today(), places, await category_options(services, visitor), is_new=False)


async def _allocation_form(services: Services, session: Session, visitor: Visitor, plan: Mapping[str, Any]) -> RowForm:
    places = await places_below(session, [plan["region_code"]])
    return plan_form.allocation_form(plan, _today(), places, await category_options(services, visitor))


async def _draft(services: Services, visitor: Visitor, plan_id: UUID) -> dict[str, Any]:
    plan = await _plan(services, visitor, plan_id)
    if plan["state"] != "draft":
        raise NotFound("计划已经下达，不能再改；请看计划的进度")
    return plan


async def _plan(services: Services, visitor: Visitor, plan_id: UUID) -> dict[str, Any]:
    plan: dict[str, Any] = await services.get(Unit.SAMPLING, f"{PLANS}/{plan_id}", visitor.caller, BUDGET_SECONDS)
    return plan


def _today() -> date:
    return times.day_of(times.now())
