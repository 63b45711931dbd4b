"""Computing allocations from a plan, checking them again, and turning them into tasks."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.allocation import repository
from services.sampling.allocation.calculation import calculate
from services.sampling.allocation.codes import Method
from services.sampling.allocation.models import Allocation
from services.sampling.allocation.preparation import prepare_assessment, prepare_supervision
from services.sampling.allocation.problems import AllocationNotFound, allocation_invalid
from services.sampling.allocation.rules import AllocationImpossible, fingerprint
from services.sampling.allocation.schemas import AssessmentCreate, SupervisionCreate, Verification
from services.sampling.plans.models import SamplingPlan
from services.sampling.plans.service import plan_for
from services.sampling.sampling_tasks.models import SamplingTask
from services.sampling.sampling_tasks.service import Dispatch
from services.sampling.sampling_tasks.service import dispatch as dispatch_tasks
from shared.contracts.figures import Period
from shared.contracts.statutory_sampling import Link, Stream
from shared.http.auth import Actor
from shared.http.problems import FieldError
from shared.regions.repository import those_within
from shared.times import day_of, now


async def allocate(
    session: AsyncSession, plan_id: UUID, body: AssessmentCreate | SupervisionCreate, actor: Actor
) -> Allocation:
    """Compute an allocation for an issued plan and keep it with its inputs. Raises InvalidRequest, PlanStepRefused."""
    plan = await plan_for(session, plan_id, actor)
    plan.ensure_issued()
    await _check(session, plan, body)
    if isinstance(body, SupervisionCreate):
        body = await _naming_businesses(session, body)
    seed, today = body.seed or secrets.token_hex(16), day_of(now())
    inputs = (
        await prepare_assessment(session, plan, body, seed, today)
        if isinstance(body, AssessmentCreate)
        else await prepare_supervision(session, plan, body, seed, today)
    )
    if doubles := [key for key, count in Counter(cell["key"] for cell in inputs["cells"]).items() if count > 1]:
        message = f"有 {len(doubles)} 项重复，例如「{doubles[0]}」，请合并"
        raise allocation_invalid(FieldError(pointer="/cells", message=message, code="double"))
    allocation = Allocation(
        plan_id=plan.id,
        method=body.method,
        algorithm=inputs["algorithm"],
        quantity=body.quantity,
        seed=seed,
        inputs=inputs,
        inputs_sha256=fingerprint(inputs),
        result=await _calculated(inputs),
        created_by=actor.id,
    )
    session.add(allocation)
    await session.flush()
    await session.refresh(allocation, ["created_at"])
    return allocation


async def allocation_for(
    session: AsyncSession, plan_id: UUID, allocation_id: UUID, actor: Actor, *, lock: bool = False
) -> Allocation:
    """One allocation of a plan that the actor may see. Raises PlanNotFound, AllocationNotFound."""
    plan = await plan_for(session, plan_id, actor)
    allocation: Allocation | None = await repository.get_allocation(session, plan.id, allocation_id, lock=lock)
    if allocation is None:
        raise AllocationNotFound(f"这份计划没有编号为 {allocation_id} 的分配方案")
    return allocation


async def verify(session: AsyncSession, plan_id: UUID, allocation_id: UUID, actor: Actor) -> Verification:
    """Compute the stored inputs again and say whether hash and result are still those that were stored."""
    allocation = await allocation_for(session, plan_id, allocation_id, actor)
    digest = fingerprint(allocation.inputs)
    return Verification(
        inputs_sha256=digest,
        inputs_unchanged=digest == allocation.inputs_sha256,
        result_reproduced=await _calculated(allocation.inputs) == allocation.result,
    )


async def dispatch(session: AsyncSession, plan_id: UUID, allocation_id: UUID, actor: Actor) -> list[SamplingTask]:
    """Give out one task for each cell that got samples; once. Raises AllocationStepRefused, PlanStepRefused."""
    plan = await plan_for(session, plan_id, actor)
    plan.ensure_issued()
    allocation = await allocation_for(session, plan_id, allocation_id, actor, lock=True)
    allocation.dispatch(now(), actor.id)
    return await dispatch_tasks(session, _orders(plan, allocation), actor)


async def _check(session: AsyncSession, plan: SamplingPlan, body: AssessmentCreate | SupervisionCreate) -> None:
    """What the schema cannot see. Raises InvalidRequest with every place."""
    errors = []
    wanted = Method.ASSESSMENT if plan.stream is Stream.ASSESSMENT else Method.SUPERVISION
    if body.method is not wanted:
        message = f"{plan.stream.label}计划用 {wanted.value}（{wanted.label}），两种方法不混用"
        errors.append(FieldError(pointer="/method", message=message, code="method"))
    if isinstance(body, SupervisionCreate):
        if Period.parse(body.quarter).first.year != plan.year:
            message = f"{body.quarter} 不在计划年度 {plan.year} 之内"
            errors.append(FieldError(pointer="/quarter", message=message, code="quarter"))
        if not body.cells and not body.cover:
            errors.append(FieldError(pointer="/cells", message="没有可以分配的对象，请填写", code="empty"))
    codes = {cell.region_code for cell in body.cells}
    inside = await those_within(session, codes, [plan.region_code])
    errors += [
        FieldError(
            pointer=f"/cells/{index}/region_code",
            message=f"区划 {cell.region_code} 不在计划的组织地区 {plan.region_code} 之内",
            code="outside_plan",
        )
        for index, cell in enumerate(body.cells)
        if cell.region_code not in inside
    ]
    if errors:
        raise allocation_invalid(*errors)


async def _naming_businesses(session: AsyncSession, body: SupervisionCreate) -> SupervisionCreate:
    """The same with the registered business of each code, without which no cap holds for it. Raises InvalidRequest."""
    wanted = {
        (cell.business_uscc, cell.region_code) for cell in body.cells if cell.business_uscc and not cell.business_id
    }
    found = await repository.businesses_with(session, wanted)
    cells, errors = [], []
    for index, cell in enumerate(body.cells):
        if cell.business_uscc is None or cell.business_id is not None:
            cells.append(cell)
            continue
        match found.get((cell.business_uscc, cell.region_code), ()):
            case (business,):
                cells.append(cell.model_copy(update={"business_id": business.id, "business_name": business.name}))
                continue
            case ():
                message = f"{cell.region_code} 之内没有登记代码为 {cell.business_uscc} 的主体，请核对代码和辖区"
            case several:
                message = f"有 {len(several)} 处经营场所用这个代码，请把辖区写到只有一处，或用 business_id 指定"
        errors.append(FieldError(pointer=f"/cells/{index}/business_uscc", message=message, code="business"))
    if errors:
        raise allocation_invalid(*errors)
    return body.model_copy(update={"cells": cells})


async def _calculated(inputs: dict[str, Any]) -> dict[str, Any]:
    """The result, computed beside the event loop: thousands of cells take a second. Raises InvalidRequest."""
    try:
        return await asyncio.to_thread(calculate, inputs)
    except AllocationImpossible as impossible:
        raise allocation_invalid(FieldError(pointer="/quantity", message=str(impossible), code="impossible")) from None


def _orders(plan: SamplingPlan, allocation: Allocation) -> Sequence[Dispatch]:
    cells = {cell["key"]: cell for cell in allocation.inputs["cells"]}
    quarter = allocation.inputs.get("quarter")
    due_on = Period.parse(quarter).last if quarter else date(plan.year, 12, 31)
    return [
        Dispatch(
            plan_id=plan.id,
            stream=plan.stream,
            task_source=plan.task_source,
            link=Link(cell["link"]),
            region_code=cell["region_code"],
            category_code=cell["category_code"],
            food_name=cell["product_name"],
            business_id=UUID(cell["business_id"]) if cell["business_id"] else None,
            business_name=cell["label"] or None,
            quantity=line["quantity"],
            due_on=due_on,
            instructions=_instructions(cell, plan, quarter),
        )
        for line in allocation.result["lines"]
        if line["quantity"] > 0
        for cell in [cells[line["key"]]]
    ]


def _instructions(cell: dict[str, Any], plan: SamplingPlan, quarter: str | None) -> str:
    where = f"在{cell['label']}内抽样；" if cell["site_id"] else ""
    when = Period.parse(quarter).label if quarter else ""
    return f"{where}按“{plan.title}”{when}的分配方案下达"
