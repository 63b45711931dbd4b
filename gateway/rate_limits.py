"""How many requests a caller may send: a quota a minute for each token, and for each address without one; and a larger
one for each address whatever tokens it shows, so that made-up tokens help nobody.

Told as the IETF's draft on RateLimit headers has it. Counted in this process and forgotten at a restart: it keeps one
caller from taking everybody's share. It is no protection against many callers at once; that is the business of what
stands in front of the gateway.
"""

import math
import time
from collections import OrderedDict

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.settings import Settings
from gateway.web.problem_pages import refuse
from shared.http.problems import TooManyRequests

WINDOW_SECONDS = 60
_MOST_CALLERS = 20_000
_UNCOUNTED = ("/static/", "/healthz", "/readyz", "/metrics", "/.well-known/")


class Quotas:
    """What callers have left, of at most 20,000 of them; the longest unseen is forgotten first.

    One number a caller (the generic cell rate algorithm): when all it has sent would be paid off, at an even pace.
    """

    def __init__(self) -> None:
        self._paid_off: OrderedDict[object, float] = OrderedDict()

    def take(self, caller: object, quota: int, now: float) -> tuple[int, float]:
        """Count one request against `quota` a minute. Returns (requests left, seconds until the whole quota is free);
        when there was none left (-1, seconds until one is), and the request is not counted.
        """
        pace = WINDOW_SECONDS / quota
        paid_off = max(self._paid_off.get(caller, now), now) + pace
        if paid_off - now > WINDOW_SECONDS + 1e-9:
            return -1, paid_off - now - WINDOW_SECONDS
        self._paid_off[caller] = paid_off
        self._paid_off.move_to_end(caller)
        if len(self._paid_off) > _MOST_CALLERS:
            self._paid_off.popitem(last=False)
        return int((WINDOW_SECONDS - (paid_off - now)) / pace + 1e-9), paid_off - now


class RateLimits:
    """Counts each request and tells what is left; refuses with 429 what is too much. Pure ASGI, so streams pass."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._callers, self._addresses = Quotas(), Quotas()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_UNCOUNTED):
            await self.app(scope, receive, send)
            return
        settings: Settings = scope["app"].state.settings
        quota = settings.requests_per_minute
        if not quota:
            await self.app(scope, receive, send)
            return
        now, address = time.monotonic(), scope["client"][0] if scope.get("client") else ""
        left, seconds = self._addresses.take(address, quota * settings.callers_per_address, now)
        if left >= 0:
            left, seconds = self._callers.take(_caller(scope, address), quota, now)
        told = {
            "RateLimit-Policy": f'"requests";q={quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"requests";r={max(left, 0)};t={math.ceil(seconds)}',
        }
        if left < 0:
            wait = math.ceil(seconds)
            refusal = TooManyRequests(
                f"一分钟内的请求超过 {quota} 个，请 {wait} 秒后再试；要传很多条的，请用批量接口",
                headers=told | {"Retry-After": str(wait)},
            )
            await refuse(Request(scope), refusal)(scope, receive, send)
            return

        async def send_with_quota(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in told.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_quota)


def _caller(scope: Scope, address: str) -> object:
    """The token that is shown, or the address: whether the token is good is found out later."""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return hash(value)
    return address
