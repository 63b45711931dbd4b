"""What every EPCIS route does with headers: negotiate versions, tell what the server can, answer OPTIONS.

A request may bound the versions it understands (`GS1-EPCIS-Min`, `GS1-EPCIS-Max`, the same for CBV); this server
speaks 2.0 of both. `GS1-EPC-Format` asks for a spelling of identifiers in the answer, `GS1-CBV-XML-Format` concerns
XML alone and is accepted for what it is worth. Source: EPCIS 2.0 §12.7.
"""

import re
from collections.abc import Callable, Coroutine, Mapping
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.types import Message

from services.traceability.epcis_events.problems import (
    CaptureLimitExceededException,
    NotAcceptableException,
    in_epcis_terms,
)
from services.traceability.epcis_events.strictness import Handling
from shared.contracts.epcis import CAPTURE_BYTES
from shared.http.auth import Anyone
from shared.http.problems import Problem, ProblemDocument
from shared.http.routing import Route

EPCIS_VERSION = "2.0"
CBV_VERSION = "2.0"
VENDOR_VERSION = "1.0"
MOST_EVENTS = 20_000
LIMIT_HEADERS: Mapping[str, str] = {
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(CAPTURE_BYTES),
}
"""What one capture may hold: events, and bytes."""
_ACCEPTED = frozenset(
    {"", "*/*", "application/*", "application/json", "application/ld+json", "application/problem+json"}
)
_IN_PATH = re.compile(r"\{(\w+)")
_BOUND = re.compile(r"(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?")


class EpcFormat(StrEnum):
    """How identifiers are spelled in an answer. Without a wish they are Digital Links."""

    NO_PREFERENCE = "No_Preference"
    DIGITAL_LINK = "Always_GS1_Digital_Link"
    URN = "Always_EPC_URN"
    AS_SENT = "Never_Translates"


class XmlFormat(StrEnum):
    """How vocabulary words are spelled in XML, which this server does not send."""

    NO_PREFERENCE = "No_Preference"
    WEB_URI = "Always_Web_URI"
    URN = "Always_URN"
    AS_SENT = "Never_Translates"


VERSION_HEADERS: Mapping[str, str] = {
    "GS1-EPCIS-Version": EPCIS_VERSION,
    "GS1-CBV-Version": CBV_VERSION,
    "GS1-Extensions": "",
}
OPTIONS_HEADERS: Mapping[str, str] = {
    **VERSION_HEADERS,
    "GS1-EPCIS-Min": EPCIS_VERSION,
    "GS1-EPCIS-Max": EPCIS_VERSION,
    "GS1-CBV-Min": CBV_VERSION,
    "GS1-CBV-Max": CBV_VERSION,
    "GS1-EPC-Format": ", ".join(EpcFormat),
    "GS1-CBV-XML-Format": ", ".join(XmlFormat),
    "GS1-Vendor-Version": VENDOR_VERSION,
}


def _version(name: str, text: str) -> tuple[int, int]:
    found = _BOUND.fullmatch(text.strip())
    if found is None:
        raise NotAcceptableException(f"请求头 {name} 应写成 2.0 这样的版本号，现为 {text[:40]!r}")
    return int(found[1]), int(found[2])


def _negotiate(what: str, ours: str, least: str | None, most: str | None) -> None:
    own = _version("", ours)
    if least and _version(f"GS1-{what}-Min", least) > own:
        raise NotAcceptableException(f"本平台为 {what} {ours}，低于所要的 {least}；请去掉请求头 GS1-{what}-Min 或放宽")
    if most and _version(f"GS1-{what}-Max", most) < own:
        raise NotAcceptableException(f"本平台为 {what} {ours}，高于所要的 {most}；请去掉请求头 GS1-{what}-Max 或放宽")


VersionBound = Annotated[str | None, Header(max_length=20)]


def _check_versions(
    response: Response,
    gs1_epcis_min: VersionBound = None,
    gs1_epcis_max: VersionBound = None,
    gs1_cbv_min: VersionBound = None,
    gs1_cbv_max: VersionBound = None,
    gs1_epcis_version: VersionBound = None,
    gs1_cbv_version: VersionBound = None,
    gs1_cbv_xml_format: XmlFormat | None = None,
    accept: Annotated[str, Header(max_length=1000, include_in_schema=False)] = "*/*",
) -> None:
    """Raises `NotAcceptableException` when the caller and this server have no version or media type in common."""
    if not _ACCEPTED.intersection(part.partition(";")[0].strip().lower() for part in accept.split(",")):
        raise NotAcceptableException("答复只有 JSON：请求头 Accept 请写 application/json 或 application/ld+json")
    _negotiate("EPCIS", EPCIS_VERSION, gs1_epcis_min or gs1_epcis_version, gs1_epcis_max)
    _negotiate("CBV", CBV_VERSION, gs1_cbv_min or gs1_cbv_version, gs1_cbv_max)
    response.headers.update(VERSION_HEADERS)


Versions = Depends(_check_versions)
"""Dependency of every EPCIS route (`EpcisRouter` declares it): 406 without a common version, else version headers."""

WantedFormat = Annotated[
    EpcFormat,
    Header(alias="GS1-EPC-Format", description="答复中标识符的写法；缺省 Always_GS1_Digital_Link"),
]
"""Declare with a default: `wanted: WantedFormat = EpcFormat.DIGITAL_LINK`."""


def _handling(
    response: Response,
    prefer: Annotated[
        str | None,
        Header(
            max_length=200,
            description="handling=strict：Digital Link 有误的也退回；handling=lenient：散列编号与内容不符的照收",
        ),
    ] = None,
) -> Handling:
    wishes = {part.strip().lower() for part in (prefer or "").split(",")}
    for handling in (Handling.STRICT, Handling.LENIENT):
        if f"handling={handling}" in wishes:
            response.headers["Preference-Applied"] = f"handling={handling}"
            return handling
    return Handling.USUAL


WantedHandling = Annotated[Handling, Depends(_handling)]
"""How strictly the sender wants his events to be read (RFC 7240)."""


class EpcisRoute(Route):
    """A route whose errors are in the standard's terms and carry the version headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                response = await handle(await _read_within_limit(request))
            except (Problem, RequestValidationError) as error:
                problem = in_epcis_terms(error)
                if isinstance(problem, Problem):
                    problem.headers = {**VERSION_HEADERS, **problem.headers}
                raise problem from None
            for name, value in VERSION_HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return handler


async def _read_within_limit(request: Request) -> Request:
    """The request with its body read, before anything else does. Raises `CaptureLimitExceededException` once it is too
    large.
    """
    too_large = CaptureLimitExceededException(
        f"正文最多 {CAPTURE_BYTES // 2**20} MB，请分几份提交", headers=LIMIT_HEADERS
    )
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > CAPTURE_BYTES:
        raise too_large
    chunks, received = [], 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > CAPTURE_BYTES:
            raise too_large
        chunks.append(chunk)
    whole: list[Message] = [{"type": "http.request", "body": b"".join(chunks), "more_body": False}]

    async def receive() -> Message:
        return whole.pop() if whole else await request.receive()

    return Request(request.scope, receive)


def EpcisRouter(*, tag: str) -> APIRouter:  # noqa: N802 (reads as the class it makes)
    """A router of EPCIS resources: versions negotiated, errors in the standard's terms."""
    return APIRouter(
        tags=[tag],
        route_class=EpcisRoute,
        dependencies=[Versions],
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": {"model": ProblemDocument, "description": "出错时的答复（epcisException:…）"}},
    )


def add_options(router: APIRouter, limits: Mapping[str, Mapping[str, str]] | None = None) -> None:
    """Answer OPTIONS on every path of the router with 204, the methods allowed, and what the server can.

    Call it last. `limits` are further headers by path; they may say `Allow` where another router shares the path.
    """
    methods: dict[str, set[str]] = {}
    for route in router.routes:
        if isinstance(route, APIRoute):
            methods.setdefault(route.path, {"OPTIONS"}).update(route.methods or ())
    for path, allowed in methods.items():
        headers = {**OPTIONS_HEADERS, "Allow": ", ".join(sorted(allowed)), **(limits or {}).get(path, {})}
        router.add_api_route(
            path,
            _answer_with(headers),
            methods=["OPTIONS"],
            status_code=204,
            name=f"options{path.replace('/', '_').replace('{', '').replace('}', '').replace(':path', '')}",
            summary="可用的方法与版本",
            openapi_extra={"parameters": [_path_parameter(name) for name in _IN_PATH.findall(path)]},
        )


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _answer_with(headers: Mapping[str, str]) -> Callable[..., Coroutine[Any, Any, Response]]:
    async def options(_: Anyone) -> Response:
        return Response(status_code=204, headers=dict(headers))

    return options
