"""The page of a step: its form, and handing it to the service with the version the person has seen."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Caller, Refused, Services, ServiceSilent
from gateway.web.file_blocks import measured
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.steps import SEVERAL, Answer, Step, Typed, body, errors_of, prefilled, since
from shared.contracts.codes import Unit
from shared.http.problems import NotFound, PreconditionFailed
from shared.ids import uuid7

BUDGET_SECONDS = 5.0
Keep = Callable[[UploadFile], Awaitable[str]]
"""Gives the SHA-256 of a chosen file, empty where none was chosen; may hand the file on."""


@dataclass(frozen=True)
class Subject:
    """What a step is taken on: in words, its page, and the steps it offers; `version` is empty where it has none;
    `warnings` are what who takes a step must know.

    `crumbs` lead to its page, which is the last.
    """

    title: str
    state: str
    crumbs: Sequence[tuple[str, str]]
    address: str
    offered: Sequence[Step]
    version: str = ""
    entries: Sequence[Answer] = ()
    warnings: Sequence[str] = ()

    @property
    def slugs(self) -> frozenset[str]:
        return frozenset(step.slug for step in self.offered)


def step_named(slug: str, steps: Sequence[Step]) -> Step:
    """Raises `NotFound` for an address nobody is sent to."""
    for step in steps:
        if step.slug == slug:
            return step
    raise NotFound(f"没有「{slug}」这一步，请从它的页面上点进来")


def act_of(slug: str, steps: Sequence[Step]) -> str:
    """What was done, in words; empty for an unknown step."""
    return next((step.act for step in steps if step.slug == slug), "")


async def hash_of(file: UploadFile) -> str:
    """The SHA-256 of a file in hexadecimal; empty for the empty part that a browser sends where no file was chosen."""
    return (await measured(file))[0] if file.filename else ""


async def nothing_of(file: UploadFile) -> str:
    """Leaves a chosen file out."""
    return ""


async def typed_in(form: FormData, step: Step, keep: Keep = hash_of) -> dict[str, str]:
    """What was typed, by field. Photos are known by their SHA-256, which `keep` gives: as it is, nothing of them is
    kept.
    """
    typed = {}
    for field in step.fields:
        if field.kind not in SEVERAL:
            typed[field.name] = str(form.get(field.name, ""))
            continue
        parts = [await keep(part) if isinstance(part, UploadFile) else part for part in form.getlist(field.name)]
        typed[field.name] = "\n".join(dict.fromkeys(line for part in parts for line in part.splitlines() if line))
    return typed


def show_step(
    request: Request,
    subject: Subject,
    step: Step,
    typed: Typed | None = None,
    *,
    key: str = "",
    errors: Sequence[FieldError] = (),
    changes: Sequence[str] | None = None,
) -> Response:
    """The form of a step. `changes` are what others did meanwhile, where the form was made from an older version."""
    return render(
        request,
        "step.html",
        status_code=409 if changes is not None else 422 if errors else 200,
        subject=subject,
        step=step,
        possible=step.slug in subject.slugs,
        typed=prefilled(step) if typed is None else typed,
        key=key or str(uuid7()),
        errors=errors,
        stale=changes is not None,
        changes=changes or (),
    )


async def take_step(
    request: Request,
    services: Services,
    caller: Caller,
    step: Step,
    path: str,
    address: str,
    subject_now: Callable[[], Awaitable[Subject]],
    *,
    unit: Unit = Unit.SAMPLING,
    keep: Keep = hash_of,
) -> Response:
    """Hand the step to the service of the record; show what it refuses, and what others did meanwhile.

    `path` is the record's at the service, `address` its page here. A form sent twice is one step: its version has gone
    by, or its key is known. A photo that `keep` cannot hand on is told, and the rest of the form is not lost.
    """
    async with checked_form(request) as form:
        version, seen, key = (str(form.get(name, "")) for name in ("version", "seen", "key"))
        try:
            typed = await typed_in(form, step, keep)
        except (Refused, ServiceSilent) as refusal:
            typed = await typed_in(form, step, nothing_of)
            return show_step(request, await subject_now(), step, typed, errors=errors_of(refusal, step))
    headers = {"idempotency-key": key or str(uuid7())} | ({"if-match": f'"{version}"'} if version else {})
    try:
        await services.send(
            unit,
            "POST",
            f"{path}/{step.slug}",
            caller,
            BUDGET_SECONDS,
            json=body(step, typed),
            headers=headers,
        )
    except (Refused, ServiceSilent) as refusal:
        subject = await subject_now()
        if isinstance(refusal, Refused) and refusal.answered_status == PreconditionFailed.status:
            changes = since(subject.entries, int(seen) if seen.isdigit() else 0)
            return show_step(request, subject, step, typed, changes=changes)
        # What was corrected is another content: it goes under a key of its own. Unanswered, it is the same again.
        again = key if isinstance(refusal, ServiceSilent) else ""
        return show_step(request, subject, step, typed, key=again, errors=errors_of(refusal, step))
    return RedirectResponse(f"{address}?done={step.slug}", status_code=303)
