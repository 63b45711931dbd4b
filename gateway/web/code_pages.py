"""The page of a code, for whoever scanned it: what is registered, what is suspicious, what is not known yet.

Anybody sees it, without signing in and without scripts. Opening it counts as a scan; who opened it is not recorded.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Caller, Refused, ServicesHere, caller_of
from gateway.web.pages import render
from shared.contracts.codes import Unit
from shared.http.auth import Anyone

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0

SIGNATURES = {
    "good": ("ok", "签名有效", "这个码确由本平台发出。签名不能防止照着复印，请同时看上面的提示。"),
    "bad": ("danger", "签名无效", "这个码带有签名，但不是本平台签的，可能是仿造的标签。"),
    "none": ("neutral", "没有签名", "这个标签没有带签名，不能据此说明真假。"),
}


@router.get("/c/{path:path}")
async def code_page(request: Request, services: ServicesHere, _: Anyone) -> Response:
    """What is known of a code. A code nobody registered has a page too, which says so (404)."""
    scanned = _scanned(request)
    try:
        answer = await services.send(
            Unit.TRACEABILITY,
            "POST",
            "/v1/public-codes/scans",
            _nobody(request),
            BUDGET_SECONDS,
            json={"code": scanned},
        )
    except Refused as refused:
        return render(request, "code_unknown.html", status_code=404, scanned=scanned, says=refused.detail or "")
    code = answer.json()
    return render(request, "code.html", code=code, nearest=code["levels"][0], signature=SIGNATURES[code["signature"]])


def _scanned(request: Request) -> str:
    """The address of the code as it was printed: this page's, without what the page has before it."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1").removeprefix("/c")
    query = request.url.query
    return f"{request.url.scheme}://{request.url.netloc}{path}" + (f"?{query}" if query else "")


def _nobody(request: Request) -> Caller:
    return caller_of(request, token="")
