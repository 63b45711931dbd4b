"""The reader's own type size, kept in a cookie: large type (适老版) stays large on every page."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.web.forms import checked_form, safe_path
from gateway.web.pages import TYPE_COOKIE
from shared.http.auth import Anyone

router = APIRouter(include_in_schema=False)
A_YEAR = 365 * 24 * 3600


@router.post("/display")
async def set_display(request: Request, _: Anyone) -> Response:
    async with checked_form(request) as form:
        response = RedirectResponse(safe_path(str(form.get("back", "/"))), status_code=303)
        wanted = "large" if form.get("type") == "large" else "normal"
    response.set_cookie(TYPE_COOKIE, wanted, max_age=A_YEAR, httponly=True, samesite="lax")
    return response
