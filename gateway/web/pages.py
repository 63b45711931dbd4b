"""Rendering: one Jinja environment, and what every page knows (address, display, visitor, form token)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from gateway.web import words
from gateway.web.assets import asset, script
from gateway.web.forms import form_token, keep_form_token
from gateway.web.help.topics import topic_for
from shared import times

ROOT = Path(__file__).parent
TYPE_COOKIE = "shian_type"
SIGNED_OUT_NAVIGATION = (("首页", "/"),)
SECTIONS = (
    ("/samples/", "/reports"),
    *((pages, "/sampling-tasks") for pages in ("/samples", "/sample-forms", "/form-uploads", "/assignment-draws")),
    *((pages, "/sampling-tasks") for pages in ("/samplers", "/laboratories")),
    *((pages, "/disposals") for pages in ("/objections", "/retests", "/recall-requests", "/case-requests")),
    ("/published-tables", "/publications"),
    ("/api-clients", "/webhooks"),
    ("/result-uploads", "/reports"),
    ("/sampling-caps", "/sampling-plans"),
    *((pages, "/visits") for pages in ("/visit-plans", "/visit-priorities")),
    *((pages, "/evaluations") for pages in ("/assessments", "/target-plans", "/indices")),
    ("/satisfaction-surveys", "/evaluations"),
    *((pages, "/evaluations") for pages in ("/evaluation-tasks", "/site-visits", "/self-reports", "/lists", "/credit")),
)
"""Pages that stand below an entry of the navigation without its address, and that entry; the first that fits counts."""


@dataclass(frozen=True)
class Display:
    """How the reader wants it: theme `light` or `wall` (in the address), type `normal` or `large` (in a cookie)."""

    theme: str
    type: str
    demo: bool


class Visitor(Protocol):
    """The signed-in person as the frame of a page shows them."""

    @property
    def name(self) -> str: ...

    @property
    def searches(self) -> bool: ...

    @property
    def navigation(self) -> Iterable[tuple[str, str]]: ...


@jinja2.pass_context
def here(context: jinja2.runtime.Context, **changes: str | None) -> str:
    """The page's own address with some parameters changed; None takes one away."""
    return link(context["here_path"], context["here_all"], **changes)


@jinja2.pass_context
def to(context: jinja2.runtime.Context, path: str, **parameters: str | None) -> str:
    """An address elsewhere that keeps the theme, so that a wall stays a wall while people drill down."""
    theme = context["display"].theme
    return link(path, {"theme": theme} if theme == "wall" else {}, **parameters)


def link(path: str, query: Mapping[str, str | list[str]], /, **changes: str | None) -> str:
    merged = {name: value for name, value in {**query, **changes}.items() if value is not None}
    return f"{path}?{urlencode(merged, doseq=True)}" if merged else path


def query_of(request: Request) -> dict[str, str | list[str]]:
    """The parameters of the page's own address; one that is said more than once keeps all it says."""
    said = {name: request.query_params.getlist(name) for name in request.query_params}
    return {name: values[0] if len(values) == 1 else values for name, values in said.items()}


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([ROOT / "templates", ROOT]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"asset": asset, "script": script, "here": here, "to": to}
    environment.filters |= {
        "thousands": words.number,
        "day": words.day_words,
        "full_time": words.full_time,
    }
    return environment


ENVIRONMENT = _environment()


def render(request: Request, template: str, /, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """A page as an answer. Never cached by anybody but the reader, and always asked for again."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    settings = getattr(request.app.state, "settings", None)
    page = ENVIRONMENT.get_template(template).render(
        here_path=request.url.path,
        section=next((entry for pages, entry in SECTIONS if request.url.path.startswith(pages)), request.url.path),
        here_query=dict(request.query_params),
        here_all=query_of(request),
        display=Display(
            theme="wall" if request.query_params.get("theme") == "wall" else "light",
            type="large" if request.cookies.get(TYPE_COOKIE) == "large" else "normal",
            demo=bool(getattr(settings, "demo", False)),
        ),
        visitor=visitor,
        navigation=visitor.navigation if visitor else SIGNED_OUT_NAVIGATION,
        page_form_token=form_token(request),
        printed_at=words.full_time(times.now()),
        topic=topic_for(request.url.path),
        **context,
    )
    response = HTMLResponse(page, status_code=status_code, headers={"cache-control": "private, no-cache"})
    keep_form_token(request, response)
    return response
