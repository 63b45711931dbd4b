"""A sampling form on its page: what it is opened with, how it begins, what others did to it meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, Services
from gateway.web.forms import FieldError
from gateway.web.pages import render
from gateway.web.sampling.categories import categories_if_told
from gateway.web.sampling.sample_form_content import Content, Difference, typed_of
from gateway.web.sampling.sample_form_fields import (
    ACCEPTED_FILES,
    SAMPLER_SLOTS,
    Colleague,
    FormBlock,
    FormSetting,
    blocks_of_refusal,
    blocks_of_taking,
)
from gateway.web.sampling.sample_form_people import colleagues, organisation_name
from gateway.web.visitors import Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.statutory_sampling import Link, SampleState, Stream
from shared.database import Session

BUDGET_SECONDS = 5.0
TAKING, REFUSAL, CORRECTION = "taking", "refusal", "correction"
TITLES = {TAKING: "抽样单", REFUSAL: "登记拒绝抽样", CORRECTION: "更正抽样单"}


@dataclass(frozen=True)
class OpenForm:
    """A form with its task and who may be named on it. `sample` is None while the platform has none under the id."""

    id: UUID
    sample: Mapping[str, Any] | None
    task: Mapping[str, Any] | None
    people: Sequence[Colleague]
    categories: Sequence[tuple[str, str]]

    @property
    def address(self) -> str:
        return f"/sample-forms/{self.id}"

    @property
    def kept(self) -> Content:
        return dict(self.sample["form"]) if self.sample else {}

    @property
    def state(self) -> SampleState:
        return SampleState(self.sample["state"]) if self.sample else SampleState.DRAFT

    @property
    def task_id(self) -> str | None:
        if self.sample:
            return str(self.sample["task_id"]) if self.sample["task_id"] else None
        return str(self.task["id"]) if self.task else None

    @property
    def setting(self) -> FormSetting:
        return FormSetting(
            colleagues=self.people,
            categories=self.categories,
            has_task=self.task_id is not None,
            held_lot=bool(self.task and self.task["statutory_task_id"]),
            slots=max(SAMPLER_SLOTS, len(self.kept.get("samplers", []))),
        )

    def blocks(self, mode: str) -> tuple[FormBlock, ...]:
        return blocks_of_refusal(self.setting) if mode == REFUSAL else blocks_of_taking(self.setting)


async def open_form(
    services: Services, session: Session, visitor: Visitor, sample_id: UUID, task_id: str | None = None
) -> OpenForm:
    """The form as the platform has it, or a new one for the task. Raises `Refused` for a task that is not shown."""
    sample = await stored(services, visitor, sample_id)
    wanted = sample["task_id"] if sample else task_id
    task = await _task(services, visitor, wanted, is_needed=sample is None) if wanted else None
    people = await colleagues(session, visitor, task)
    known = {person.id for person in people}
    named = [
        Colleague(each["user_id"], each["name"])
        for each in (sample["form"].get("samplers") or [] if sample else [])
        if each.get("user_id") and each.get("name") and each["user_id"] not in known
    ]
    foods = await _categories(services, visitor, sample["form"].get("goods", {}) if sample else {})
    return OpenForm(sample_id, sample, task, [*people, *named], foods)


async def _categories(services: Services, visitor: Visitor, goods: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The foods to choose from; a code that the form has and the list has not stays among them."""
    offered = await categories_if_told(services, visitor)
    kept = goods.get("category_code")
    return offered + ([(kept, kept)] if kept and kept not in dict(offered) else [])


async def stored(services: Services, visitor: Visitor, sample_id: UUID) -> Mapping[str, Any] | None:
    """The sample, or None where the platform shows none under this id."""
    try:
        path = f"/v1/samples/{sample_id}"
        found: Mapping[str, Any] = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS)
    except Refused as refusal:
        if refusal.answered_status == 404:
            return None
        raise
    return found


async def beginning(session: Session, visitor: Visitor, opened: OpenForm) -> Content:
    """What a new form holds before anybody typed: what the task says, today, and who is here."""
    task = opened.task or {}
    here = [each.id for each in opened.people] if task.get("samplers") else [str(visitor.actor.id)]
    return {
        "basics": {
            "sampled_on": times.day_of(times.now()).isoformat(),
            "task_source": task.get("task_source"),
            **({} if task else {"region_code": visitor.actor.regions[0] if visitor.actor.regions else None}),
        },
        "samplers": [{"user_id": user_id} for user_id in here[:2]],
        "sampled_party": {"name": task.get("business_name")},
        "goods": {"name": task.get("food_name")},
        "sampling_body": {"name": await organisation_name(session, visitor)},
    }


def show_form(
    request: Request,
    opened: OpenForm,
    mode: str,
    typed: Mapping[str, str] | None = None,
    *,
    errors: Sequence[FieldError] = (),
    changed: Sequence[Difference] | None = None,
    begun: Content | None = None,
    saved: str = "",
    seen: int | None = None,
) -> Response:
    """The form. `changed` are the places in which the platform says otherwise, where somebody else was faster; `seen`
    is what the page was made from, where that is not what the platform has now.
    """
    blocks = opened.blocks(mode)
    wrong = {error.field for error in errors}
    theirs = {each.field: each.stored for each in changed or ()}
    return render(
        request,
        "sampling/sample_form.html",
        status_code=409 if changed is not None else 422 if errors else 200,
        mode=mode,
        title=TITLES[mode],
        form=opened,
        blocks=blocks,
        open_blocks={
            block.slug for block in blocks if any(field.name in wrong or field.name in theirs for field in block.folded)
        },
        typed=typed_of(begun or opened.kept, blocks) if typed is None else typed,
        errors=errors,
        changed=changed,
        theirs=theirs,
        saved=saved,
        is_open=opened.state is SampleState.DRAFT or mode == CORRECTION,
        seen=_seen(opened, mode) if seen is None else seen,
        labels=labels_of(opened),
        accept=ACCEPTED_FILES,
    )


def _seen(opened: OpenForm, mode: str) -> int:
    """A correction names the sample's version, a draft the terminal's own count of its changes; 0 for a new one."""
    if opened.sample is None:
        return 0
    return int(opened.sample["version" if mode == CORRECTION else "revision"])


def labels_of(opened: OpenForm) -> dict[str, str]:
    """Stream and link in words: of the sample, else of its task."""
    known = opened.sample or opened.task
    return {"stream": Stream(known["stream"]).label, "link": Link(known["link"]).label} if known else {}


async def _task(services: Services, visitor: Visitor, task_id: str, *, is_needed: bool) -> Mapping[str, Any] | None:
    """The task; a sample that was taken stays open to whom its task was taken from."""
    try:
        path = f"/v1/sampling-tasks/{task_id}"
        found: Mapping[str, Any] = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS)
    except Refused:
        if is_needed:
            raise
        return None
    return found
