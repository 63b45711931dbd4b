"""Links as they cross the boundary."""

import re
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.traceability.resolver.link_types import link_type
from shared.contracts.schema import Schema

_LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_MEDIA_TYPE = r"^[a-z]+/[a-z0-9][a-z0-9.+-]*$"
_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


def _known_type(text: str) -> str:
    found = link_type(text)
    if found is None:
        raise ValueError(f"「{text}」不是 GS1 词汇表的链接类型，应如 gs1:pip、gs1:certificationInfo、gs1:traceability")
    return found


def _safe_target(href: str) -> str:
    """Only https, or a path of this site: a code must not lead to a script, a file, or in clear text."""
    if not _ADDRESS.fullmatch(href):
        raise ValueError("网址里有不能直接写的字符，请用 %XX 转义")
    if href.startswith("/") and not href.startswith("//"):
        return href
    try:
        parts = urlsplit(href)
        bare = parts.username is None and parts.password is None
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        bare = port_is_valid = False
    if not (bare and port_is_valid) or parts.scheme != "https" or not parts.hostname:
        raise ValueError("只接受 https:// 开头的网址（不带用户名），或本站以 / 开头的路径")
    return href


LinkType = Annotated[
    str,
    StringConstraints(max_length=100),
    AfterValidator(_known_type),
    Field(description="GS1 链接类型：gs1:pip，或完整网址", examples=["gs1:certificationInfo"]),
]
Target = Annotated[
    str,
    StringConstraints(max_length=1000),
    AfterValidator(_safe_target),
    Field(description="链接到哪里：https 网址，或本站路径", examples=["https://example.com/certificates/1"]),
]


class LinkCreate(Schema):
    """A link of a code. A default link takes the place of the one before."""

    code: str = Field(max_length=1000, description="码的网址或 URN", examples=["https://id.gs1.org/01/09520123456788"])
    link_type: LinkType
    href: Target
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] = Field(
        examples=["产品合格证明（演示）"]
    )
    media_type: Annotated[str, StringConstraints(pattern=_MEDIA_TYPE, max_length=100)] | None = Field(
        default=None, examples=["text/html"]
    )
    hreflang: list[Annotated[str, StringConstraints(pattern=_LANGUAGE, max_length=35)]] = Field(
        default_factory=list, max_length=20, examples=[["zh-CN"]]
    )
    context: list[Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,40}$")]] = Field(
        default_factory=list, max_length=20, description="适用场合，供 ?context= 选择", examples=[[]]
    )


class LinkEnding(Schema):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)] = Field(
        examples=["证书已换"]
    )


class LinkRead(Schema):
    id: UUID
    anchor: str = Field(description="码的路径", examples=["/01/09520123456788"])
    link_type: str = Field(examples=["https://ref.gs1.org/voc/certificationInfo"])
    href: str = Field(examples=["https://example.com/certificates/1"])
    title: str = Field(examples=["产品合格证明（演示）"])
    media_type: str | None = Field(examples=["text/html"])
    hreflang: list[str] = Field(examples=[["zh-CN"]])
    context: list[str] = Field(examples=[[]])
    business_id: UUID | None
    added_at: datetime
    added_by_name: str = Field(examples=["演示人员"])
    ended_at: datetime | None
    ended_by_name: str | None = Field(examples=[None])
    end_reason: str | None = Field(examples=[None])
    version: int
