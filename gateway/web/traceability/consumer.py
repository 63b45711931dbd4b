"""The pages of whoever scanned a code: what is recorded of the goods, step by step, what is not, and "I doubt this".

Anybody sees them, without signing in, without scripts and cookies, in one small download with its style in it. Opening
the page of a code counts as a scan; who opened it is not recorded.
"""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent, caller_of
from gateway.web.pages import ENVIRONMENT, ROOT
from gateway.web.words import day_words, full_time
from shared.contracts.codes import Unit
from shared.http.auth import Anyone

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
CODES, TESTS = "/v1/public-codes", "/v1/public-lot-tests"
MOVABLE = frozenset({"item", "logistic_unit"})
"""Kinds that one label carries: every look at it must reach us, for copies are found by where they turn up."""

LARGEST = 15_000
"""Bytes of a whole page: it is read in a market with a bad network."""

SHOWN = (40, 12, 4, 1)
"""Of each list so many are shown, the most that still makes a small page."""

_STYLE = (ROOT / "templates" / "traceability/consumer.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "vary": "Accept",
}
SIGNATURES = {
    "good": ("good", "签名有效", "这个码确由本平台发出。签名不能防止照着复印，请同时看上面的提示。"),
    "bad": ("bad", "签名无效", "这个码带有签名，但不是本平台签的，可能是仿造的标签。"),
    "none": ("", "没有签名", "这个标签没有带签名，不能据此说明真假。"),
}
UNCLEAR = ("", "没有结论")
PASSED = {True: ("good", "合格"), False: ("bad", "不合格"), None: None}


@router.api_route("/c/{path:path}", methods=["GET", "HEAD"])
async def code_page(request: Request, services: ServicesHere, _: Anyone) -> Response:
    """What is known of a code, also of one issued elsewhere. A code of which nothing is known has a page too, which
    says so (404), and so has a void one (410).
    """
    scanned = scanned_of(request)
    try:
        story, warnings = await asyncio.gather(_story(services, request, scanned), _scan(services, request, scanned))
    except Refused as refused:
        return consumer_page(request, "traceability/consumer_unknown.html", 404, scanned=scanned, says=refused.said)
    code = story["code"]
    tests, tests_told = await _tests(services, request, story)
    nearest = next(iter(code["levels"]), None)
    voided = nearest is not None and code["exact"] and nearest["state"] == "voided"
    page = fitting(
        request,
        410 if voided else 200,
        {
            "recalls": [
                {**one, "told": _day(one["told_on"]), "closed": _day(one["closed_on"])} for one in story["recalls"]
            ],
            "steps": [_step(one) for one in story["steps"]],
            "tests": tests,
            "papers": [_paper(one) for one in story["papers"]],
        },
        scanned=scanned,
        name=story["name"] or "没有登记名称的货物",
        nearest=nearest,
        levels=code["levels"],
        region=code["region"],
        voided=voided,
        facts=[(name, _day(nearest[key])) for name, key in _DATES if nearest and nearest[key]]
        + [(name, value) for name, value in _said(story) if value],
        signature=SIGNATURES[code["signature"]],
        warnings=warnings,
        held=story["held"],
        tests_told=tests_told,
        missing=story["missing"],
        shop_results=story["shop_results"],
    )
    kept = "no-cache" if nearest is None or nearest["kind"] in MOVABLE or voided else "public, max-age=60"
    page.headers["cache-control"] = kept
    return page if request.method == "HEAD" else _unless_known(request, page)


def fitting(request: Request, status_code: int, lists: Mapping[str, list[Any]], **context: Any) -> HTMLResponse:
    """The page with as much of its lists as keeps it small: of the steps the last, of the others the first; what is
    left out is said.
    """
    for most in SHOWN:
        shown = {name: items[-most:] if name == "steps" else items[:most] for name, items in lists.items()}
        left_out = sum(map(len, lists.values())) - sum(map(len, shown.values()))
        page = consumer_page(request, "traceability/consumer.html", status_code, left_out=left_out, **shown, **context)
        if len(page.body) < LARGEST:
            break
    return page


_DATES = (("发放日期", "issued_on"), ("启用日期", "activated_on"), ("售出日期", "sold_on"), ("作废日期", "voided_on"))


def scanned_of(request: Request) -> str:
    """The address of the code as it was printed: this page's, without what the page has before it."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1").removeprefix("/c")
    query = request.url.query
    return f"{request.url.scheme}://{request.url.netloc}{path}" + (f"?{query}" if query else "")


async def _story(services: Services, request: Request, scanned: str) -> dict[str, Any]:
    answer: dict[str, Any] = await services.get(
        Unit.TRACEABILITY, f"{CODES}/story", caller_of(request, ""), BUDGET_SECONDS, code=scanned
    )
    return answer


async def _scan(services: Services, request: Request, scanned: str) -> list[str]:
    """Count the look and hear what is suspicious; whoever only asks for the head has seen nothing. Looks at codes
    issued elsewhere are not counted.
    """
    if request.method == "HEAD":
        return []
    try:
        answer = await services.send(
            Unit.TRACEABILITY, "POST", f"{CODES}/scans", caller_of(request, ""), BUDGET_SECONDS, json={"code": scanned}
        )
    except Refused:
        return []
    warnings: list[str] = answer.json()["warnings"]
    return warnings


async def _tests(services: Services, request: Request, story: Mapping[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    """Rapid tests and published results of the goods, and whether they could be asked for."""
    if not story["spellings"]:
        return [], True
    wanted = {"code": story["spellings"]} | ({"made": story["made"]} if story["made"] else {})
    try:
        answer = await services.send(Unit.SAMPLING, "GET", TESTS, caller_of(request, ""), BUDGET_SECONDS, params=wanted)
    except ServiceSilent:
        return [], False
    return [{**one, "on": _day(one["on"]), "verdict": PASSED[one["passed"]] or UNCLEAR} for one in answer.json()], True


def _said(story: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("产地", "、".join(story["origins"])),
        ("生产日期", _day(story["produced_on"])),
        ("保质期至", _day(story["expires_on"])),
    ]


def _step(one: Mapping[str, Any]) -> dict[str, Any]:
    recorded = full_time(datetime.fromisoformat(one["recorded_at"]))
    return {**one, "on": _day(one["on"]), "recorded": recorded, "verdict": PASSED[one["passed"]]}


def _paper(one: Mapping[str, Any]) -> dict[str, Any]:
    own = one["certificate_id"]
    href = f"/api/traceability/v1/public-certificates/{own}" if own else ""
    return {**one, "href": href, "issued": _day(one["issued_on"])}


def _day(text: str | None) -> str:
    return day_words(date.fromisoformat(text)) if text else ""


def consumer_page(request: Request, template: str, status_code: int = 200, **context: Any) -> HTMLResponse:
    """A page without cookies. What it does not say otherwise is asked for again each time."""
    demo = request.app.state.settings.demo
    text = ENVIRONMENT.get_template(template).render(demo=demo, style=Markup(_STYLE), **context)  # noqa: S704 (our file)
    return HTMLResponse(text, status_code=status_code, headers=_HEADERS | {"cache-control": "no-cache"})


def _unless_known(request: Request, page: HTMLResponse) -> Response:
    """The page under a tag of its content, or 304 for a browser that has just this one."""
    tag = f'"{hashlib.sha256(bytes(page.body)).hexdigest()[:32]}"'
    page.headers["etag"] = tag
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if page.status_code != Response().status_code or tag not in known:
        return page
    kept = ("cache-control", "vary", "etag", "content-security-policy")
    return Response(status_code=304, headers={name: page.headers[name] for name in kept})
