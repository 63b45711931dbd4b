"""The page of a form with rows: shown, given further rows, and handed to its service with the version that was seen."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Caller, Refused, Services, ServiceSilent
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.row_forms import Filled, RowForm, at_most, compact, of_row, with_room, with_rows
from gateway.web.step_pages import typed_in
from gateway.web.steps import body, errors_of
from shared.contracts.codes import Unit
from shared.http.problems import PreconditionFailed
from shared.ids import uuid7

MORE = "more"
"""The name of the buttons that only ask for further rows."""

BUDGET_SECONDS = 10.0


@dataclass(frozen=True)
class FormPage:
    """What stands around a form: its title, the way up to it, and where one goes who leaves it."""

    title: str
    crumbs: Sequence[tuple[str, str]]
    back: str
    lead: str = ""


@dataclass(frozen=True)
class Sending:
    """Where a form goes. `complete` gives the body what no question asks for; `arrived` is the page to go on to."""

    method: str
    path: str
    arrived: Callable[[Mapping[str, Any]], str]
    complete: Callable[[dict[str, Any]], dict[str, Any]] = dict
    unit: Unit = Unit.SAMPLING


def show_form(
    request: Request,
    page: FormPage,
    form: RowForm,
    filled: Filled,
    *,
    version: str = "",
    key: str = "",
    errors: Sequence[FieldError] = (),
    stale: bool = False,
) -> Response:
    groups = [
        (
            group,
            [
                (
                    of_row(group.fields, group.name, number, group.row),
                    of_row(group.folded, group.name, number, group.row),
                )
                for number in range(filled.rows[group.name])
            ],
        )
        for group in form.groups
    ]
    wrong = {error.field for error in errors}
    return render(
        request,
        "row_form.html",
        status_code=409 if stale else 422 if errors else 200,
        page=page,
        form=form,
        filled=filled,
        groups=groups,
        is_open=lambda fields: any(
            filled.answer(field).strip() not in ("", field.value) or field.name in wrong for field in fields
        ),
        version=version,
        key=key or str(uuid7()),
        errors=errors,
        stale=stale,
    )


async def take_form(
    request: Request,
    services: Services,
    caller: Caller,
    page: FormPage,
    form: RowForm,
    sending: Sending,
    version_now: Callable[[], Awaitable[str]] | None = None,
) -> Response:
    """Hand the form on; show it again with further rows, with what was refused, or with what others did meanwhile.

    `version_now` reads the version of a record that is changed; one that is made has none.
    """
    async with checked_form(request) as sent:
        filled = compact(form, await typed_in(sent, at_most(form)))
        more, version, key = (str(sent.get(name, "")) for name in (MORE, "version", "key"))
    if more:
        return show_form(request, page, form, with_room(form, filled, more), version=version, key=key)
    questions = with_rows(form, filled.rows)
    headers = {"idempotency-key": key or str(uuid7())} | ({"if-match": f'"{version}"'} if version else {})
    try:
        answer = await services.send(
            sending.unit,
            sending.method,
            sending.path,
            caller,
            BUDGET_SECONDS,
            json=sending.complete(body(questions, filled.typed)),
            headers=headers,
        )
    except (Refused, ServiceSilent) as refusal:
        again = Filled(filled.typed, {name: max(count, 1) for name, count in filled.rows.items()})
        if version_now and isinstance(refusal, Refused) and refusal.answered_status == PreconditionFailed.status:
            return show_form(request, page, form, again, version=await version_now(), stale=True)
        # What was corrected is another content: it goes under a key of its own. Unanswered, it is the same again.
        kept = key if isinstance(refusal, ServiceSilent) else ""
        errors = errors_of(refusal, questions)
        return show_form(request, page, form, again, version=version, key=kept, errors=errors)
    return RedirectResponse(sending.arrived(answer.json()), status_code=303)
