"""The router of every feature: refuses unknown query parameters, replays stored answers, names operations."""

import inspect
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.http.idempotency import StoredAnswer, store_answer
from shared.http.problems import FieldError, InvalidRequest, ProblemDocument


class Route(APIRoute):
    """An API route with the house's manners. Unless given, its summary is the first line of the docstring."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not options.get("summary") and endpoint.__doc__:
            summary, _, description = inspect.cleandoc(endpoint.__doc__).partition("\n")
            options["summary"] = summary
            options["description"] = options.get("description") or description.strip() or None
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = _query_names(self.dependant)

        async def handler(request: Request) -> Response:
            unknown = [name for name in request.query_params if name not in known]
            if unknown:
                raise _unknown_parameters(unknown)
            try:
                response = await handle(request)
            except StoredAnswer as stored:
                return stored.response
            await store_answer(request, response)
            return response

        return handler


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
