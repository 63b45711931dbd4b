"""How often one address may try to sign in.

Counted in this process and forgotten at a restart: it keeps one address from trying many accounts and from filling
the machine with password hashing. What protects an account is the lock (`sign_in`), which stands in the database and
is shared by all processes.
"""

import math
import time
from collections import OrderedDict, deque
from typing import Annotated

from fastapi import Depends, Request, Response

from gateway.settings import CurrentSettings
from shared.http.problems import TooManyRequests

WINDOW_SECONDS = 60
_MOST_ADDRESSES = 10_000


class Window:
    """A sliding window of a minute per address, over at most 10,000 addresses; the longest unseen goes first."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, address: str, quota: int, now: float) -> tuple[int, int]:
        """Count one request. Returns (requests left, seconds until one more is free); -1 left means it was one too
        many.
        """
        times = self._seen.setdefault(address, deque())
        self._seen.move_to_end(address)
        if len(self._seen) > _MOST_ADDRESSES:
            self._seen.popitem(last=False)
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        if len(times) >= quota:
            return -1, math.ceil(times[0] + WINDOW_SECONDS - now)
        times.append(now)
        return quota - len(times), math.ceil(times[0] + WINDOW_SECONDS - now)


def _limit_sign_ins(request: Request, response: Response, settings: CurrentSettings) -> None:
    window: Window = request.app.state.sign_in_window
    quota = settings.sign_in_requests_per_minute
    left, seconds = window.take(request.client.host if request.client else "", quota, time.monotonic())
    headers = {
        "RateLimit-Policy": f'"sign-in";q={quota};w={WINDOW_SECONDS}',
        "RateLimit": f'"sign-in";r={max(left, 0)};t={seconds}',
    }
    if left < 0:
        raise TooManyRequests(
            f"这个地址一分钟内已尝试登录 {quota} 次，请 {seconds} 秒后再试",
            headers=headers | {"Retry-After": str(seconds)},
        )
    response.headers.update(headers)


SignInRate = Annotated[None, Depends(_limit_sign_ins)]
"""Counts the request against its address; 429 when there were too many."""
