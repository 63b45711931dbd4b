"""The router of every feature: refuses unknown query parameters, replays stored answers, names operations."""

import inspect
import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.contracts.schema import is_storable
from shared.http.audit import record_write, with_hashed_body
from shared.http.idempotency import StoredAnswer, store_answer
from shared.http.periods import SINCE, UNTIL, refuse_reversed
from shared.http.problems import FieldError, InvalidRequest, Problem, ProblemDocument
from shared.http.retirement import Retirement, retirement_of


class Route(APIRoute):
    """An API route with the house's manners. Unless given, its summary is the first line of the docstring."""

    reads_query_itself: ClassVar[bool] = False
    """True where the names of query parameters are open, so that the route must refuse what it does not know."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not options.get("summary") and endpoint.__doc__:
            summary, _, description = inspect.cleandoc(endpoint.__doc__).partition("\n")
            options["summary"] = summary
            options["description"] = options.get("description") or description.strip() or None
        super().__init__(path, endpoint, **options)
        if (retirement := retirement_of(self.dependant)) is not None and not self.deprecated:
            self.deprecated = True
            self.description = f"{self.description}\n\n{retirement.words}".strip()
            answer = self.responses.setdefault(self.status_code or 200, {})
            answer["headers"] = {**answer.get("headers", {}), **retirement.described}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = _query_names(self.dependant)
        retirement = retirement_of(self.dependant)

        async def handler(request: Request) -> Response:
            request = with_hashed_body(request)
            await _refuse_unstorable(request)
            unknown = [name for name in request.query_params if name not in known]
            if unknown and not self.reads_query_itself:
                raise _unknown_parameters(unknown)
            if {SINCE, UNTIL} <= known:
                refuse_reversed(request.query_params)
            try:
                response = await handle(request)
            except StoredAnswer as stored:
                return stored.response
            await store_answer(request, response)
            record_write(request, response)
            return response

        return _parting(handler, retirement) if retirement else handler


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def _parting(handle: Handler, retirement: Retirement) -> Handler:
    """The handler of a route on its way out: all its answers say so, a refusal included."""

    async def handler(request: Request) -> Response:
        try:
            response = await handle(request)
        except Problem as problem:
            problem.headers |= retirement.headers
            raise
        links = ", ".join(filter(None, (response.headers.get("link"), retirement.headers["Link"])))
        response.headers.update(retirement.headers | {"Link": links})
        return response

    return handler


_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


async def _refuse_unstorable(request: Request) -> None:
    """Refuse characters that no text can hold, with their place, before any of them reaches the database."""
    places = [f"#query/{name}" for name, value in request.query_params.multi_items() if not is_storable(value)]
    places += [f"#path/{name}" for name, value in request.path_params.items() if not is_storable(str(value))]
    if request.headers.get("content-type", "").startswith("application/json"):
        body = await request.body()
        if _SUSPICIOUS.search(body):  # rare; only then is the body read twice
            places += _unstorable_places(body)
    if places:
        raise InvalidRequest(
            f"有 {len(places)} 处需要改正",
            errors=[
                FieldError(pointer=place, message="含有不能保存的字符，请删去", code="characters") for place in places
            ],
        )


def _unstorable_places(body: bytes) -> list[str]:
    try:
        pending: list[tuple[str, Any]] = [("", json.loads(body))]
    except (ValueError, RecursionError):
        return []  # said better by whoever reads it next
    found = []
    while pending:
        pointer, value = pending.pop()
        if isinstance(value, dict):
            found += [pointer or "/" for name in value if not is_storable(name)]
            pending += [(f"{pointer}/{name}", inner) for name, inner in value.items() if is_storable(name)]
        elif isinstance(value, list):
            pending += [(f"{pointer}/{index}", inner) for index, inner in enumerate(value)]
        elif isinstance(value, str) and not is_storable(value):
            found.append(pointer)
    return sorted(found)


def _query_names(dependant: Dependant) -> frozenset[str]:
    names = {field.alias for field in dependant.query_params}
    for child in dependant.dependencies:
        names |= _query_names(child)
    return frozenset(names)


def _unknown_parameters(names: list[str]) -> InvalidRequest:
    errors = [
        FieldError(pointer=f"#query/{name}", message="没有这个参数，请核对名称", code="unknown_parameter")
        for name in names
    ]
    return InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors)


def Router(*, prefix: str = "", tag: str = "", in_schema: bool = True) -> APIRouter:  # noqa: N802 (reads as the class it makes)
    """A router for one feature. `tag` is the Chinese name under which the operations are listed."""
    return APIRouter(
        prefix=prefix,
        tags=[tag] if tag else None,
        route_class=Route,
        include_in_schema=in_schema,
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": {"model": ProblemDocument, "description": "出错时的答复（RFC 9457）"}},
    )
