"""How often one network may raise doubts about codes: by the form and by the interface, counted together."""

import time
from urllib.parse import unquote

from gateway.identity.rate_limit import Window
from shared.http.problems import TooManyRequests

MOST_A_MINUTE = 5
RAISING = "/v1/public-codes/doubts"
"""Where the service takes doubts in."""


def raises_doubt(method: str, path: str) -> bool:
    """Whether the request is one, however its path is spelt."""
    return method == "POST" and unquote(path.partition("?")[0]).rstrip("/") == RAISING


def ensure_few(window: Window, address: str) -> None:
    """Count a doubt of this address. Raises `TooManyRequests`."""
    left, seconds = window.take(address, MOST_A_MINUTE, time.monotonic())
    if left < 0:
        raise TooManyRequests(
            f"这个网络一分钟内已反映 {MOST_A_MINUTE} 次，请 {seconds} 秒后再试", headers={"Retry-After": str(seconds)}
        )
