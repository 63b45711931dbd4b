"""Optimistic locking over HTTP: a change names the version it was made from, or is refused."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from shared.database import Versioned
from shared.http.problems import FieldError, InvalidRequest, PreconditionFailed, PreconditionRequired

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,18})"', re.ASCII)


def _expected_version(
    if_match: Annotated[str | None, Header(description='所改记录的版本，取自 ETag，如 "3"', examples=['"3"'])] = None,
) -> int:
    if if_match is None:
        raise PreconditionRequired("请先读取记录，把答复中的 ETag 放进 If-Match 再提交")
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        message = f'应为记录的 ETag，连同双引号，如 "3"；收到 {if_match}'
        raise InvalidRequest(
            f"If-Match {message}", errors=[FieldError(pointer="#header/If-Match", message=message, code="etag")]
        )
    return int(found[1])


IfMatch = Annotated[int, Depends(_expected_version)]
"""The version named by `If-Match`; 428 without it."""


def _named_version(
    if_match: Annotated[str | None, Header(description='更正已有记录时给出其版本，取自 ETag，如 "3"')] = None,
) -> int | None:
    return None if if_match is None else _expected_version(if_match)


IfMatchWhenPresent = Annotated[int | None, Depends(_named_version)]
"""The version named by `If-Match`, None without it: for a PUT that creates or replaces."""


def ensure_version(row: Versioned, expected: int) -> None:
    """Refuse (412) a change that was made from another version than the present one."""
    if row.version != expected:
        raise PreconditionFailed(
            f"您依据的是第 {expected} 版，现在是第 {row.version} 版，请重新读取后再改", current_version=row.version
        )


def set_etag(response: Response, row: Versioned) -> None:
    response.headers["ETag"] = f'"{row.version}"'
