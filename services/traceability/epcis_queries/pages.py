"""Tokens of pages: where the page before ended, of which query, until when. Pure.

A token holds the sort key of the last event shown, so a page begins right behind it however much is captured
meanwhile: nothing comes twice and nothing that was there is skipped. It carries no right: whoever presents it sees what
he sees anyway.
"""

import base64
import binascii
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from shared.contracts.schema import is_storable

LIFETIME = timedelta(hours=24)
DEFAULT_PER_PAGE, MOST_PER_PAGE = 30, 500
MAX_TOKEN = 4_000

SortKey = tuple[Any, ...]


class BadToken(ValueError):  # noqa: N818 (what was given, not what went wrong)
    """Not a token of this list; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which page is wanted: at most `size` entries behind `after`; `left` is what remains of an `eventCountLimit`."""

    size: int = DEFAULT_PER_PAGE
    after: SortKey | None = None
    left: int | None = None

    def of_at_most(self, left: int | None) -> "Page":
        return self if self.left is not None else replace(self, left=left)

    @property
    def wanted(self) -> int:
        """How many entries to show on this page."""
        return self.size if self.left is None else min(self.size, self.left)


def write_token(subject: str, after: SortKey, left: int | None, now: datetime) -> str:
    """A token for the page behind `after` of the list that `subject` describes; good for `LIFETIME`."""
    content = [_digest(subject), int((now + LIFETIME).timestamp()), left, [_plain(value) for value in after]]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(token: str, subject: str, kinds: tuple[type, ...], now: datetime) -> tuple[SortKey, int | None]:
    """The sort key (values of `kinds`) and what is left of a limit. Raises `BadToken`."""
    try:
        content = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        digest, expires, left, values = content
        after = tuple(_revived(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (binascii.Error, ValueError, TypeError, ArithmeticError, RecursionError):
        raise BadToken("不是本平台给出的令牌，请用上一页答复 Link 头中的地址") from None
    if digest != _digest(subject):
        raise BadToken("这个令牌属于另一次查询，请用上一页答复 Link 头中的地址，不要改动其中的参数")
    if type(expires) is not int or expires < now.timestamp():
        raise BadToken("令牌已过期，请从第一页重新查询")
    if left is not None and (type(left) is not int or not 0 < left < 10**9):
        raise BadToken("不是本平台给出的令牌，请用上一页答复 Link 头中的地址")
    return after, left


def token_digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _digest(subject: str) -> str:
    return sha256(subject.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _revived(value: Any, kind: type) -> Any:
    if kind is int:
        if type(value) is not int or abs(value) > 10**6:
            raise ValueError(value)
        return value
    if not isinstance(value, str) or not is_storable(value):
        raise ValueError(value)
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is Decimal:
        number = Decimal(value)
        if not number.is_finite() or abs(number.adjusted()) > 1000:
            raise ValueError(value)
        return number
    return kind(value)
