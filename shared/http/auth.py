"""Who calls, and who may: every unit verifies the bearer token itself, and a route names its callers in its signature.

CanOrderRecalls = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from uuid import UUID

import httpx
import jwt
import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.base import SecurityBase

from shared.contracts.codes import Role, Unit
from shared.contracts.scopes import needed_scope
from shared.http.problems import Forbidden, Unauthenticated, Unavailable

log = structlog.get_logger(__name__)

ALGORITHM = "EdDSA"
_KEYS_KEPT_SECONDS = 300.0
_REFETCH_AT_MOST_EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Actor:
    """The verified caller: a person (`user`) or a system (`client`), its roles and the regions it may act in."""

    id: UUID
    name: str
    kind: str
    roles: frozenset[Role]
    regions: tuple[str, ...]
    organisation_id: UUID | None
    business_id: UUID | None
    scopes: frozenset[str]
    keeps_common_rules: bool = False
    """Whether he may state what holds for the whole installation; known only where rules are stated."""

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


class TokenVerifier(Protocol):
    async def verify(self, token: str) -> Actor: ...


class KeySetVerifier:
    """Verifies tokens against the gateway's published key set, fetched when first needed and kept five minutes."""

    def __init__(self, url: str, issuer: str, client: httpx.AsyncClient) -> None:
        self._url, self._issuer, self._client = url, issuer, client
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def verify(self, token: str) -> Actor:
        return actor_from_token(token, await self._key_of(token), self._issuer)

    async def _key_of(self, token: str) -> jwt.PyJWK:
        try:
            key_id = jwt.get_unverified_header(token).get("kid", "")
        except jwt.InvalidTokenError:
            raise Unauthenticated("令牌格式不对，请重新登录") from None
        age = time.monotonic() - self._fetched_at
        if age > _KEYS_KEPT_SECONDS or (key_id not in self._keys and age > _REFETCH_AT_MOST_EVERY_SECONDS):
            await self._fetch(known=key_id in self._keys)
        try:
            return self._keys[key_id]
        except KeyError:
            raise Unauthenticated("令牌的签发密钥不在现行公钥集中，请重新登录") from None

    async def _fetch(self, *, known: bool) -> None:
        async with self._lock:
            if time.monotonic() - self._fetched_at <= _REFETCH_AT_MOST_EVERY_SECONDS:
                return
            try:
                response = await self._client.get(self._url, timeout=10)
                response.raise_for_status()
                keys = jwt.PyJWKSet.from_dict(response.json()).keys
            except (httpx.HTTPError, ValueError, jwt.PyJWTError) as error:
                log.warning(
                    "key_set_unreachable",
                    url=self._url,
                    error=repr(error),
                    settings="SHIAN_JWKS_URL, SHIAN_GATEWAY_URL",
                )
                if known:  # an old key set still verifies what it knows; the next request tries again
                    return
                raise Unavailable("暂时取不到验证令牌的公钥，请稍后再试", headers={"Retry-After": "5"}) from None
            self._keys = {key.key_id or "": key for key in keys}
            self._fetched_at = time.monotonic()


def actor_from_token(token: str, key: Any, issuer: str) -> Actor:
    """The actor a token speaks for. Raises `Unauthenticated` when it is forged, expired or lacks a claim."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=issuer,
            issuer=issuer,
            leeway=5,
            options={"require": ["exp", "iat", "sub", "roles", "regions"]},
        )
        return Actor(
            id=UUID(claims["sub"]),
            name=claims.get("name", ""),
            kind=claims.get("kind", "user"),
            roles=frozenset(Role(role) for role in claims["roles"]),
            regions=tuple(claims["regions"]),
            organisation_id=_uuid(claims.get("org")),
            business_id=_uuid(claims.get("biz")),
            scopes=frozenset(claims.get("scopes", ())),
        )
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("登录已过期，请重新登录") from None
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise Unauthenticated("令牌无效，请重新登录") from None


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


_bearer: SecurityBase = HTTPBearer(auto_error=False, description="网关签发的短期令牌（EdDSA 签名的 JWT）")


async def current_actor(request: Request, _: Annotated[Any, Depends(_bearer)]) -> Actor:
    """The caller of the request, verified. Raises `Unauthenticated`."""
    scheme, _sep, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("请求须带 Authorization: Bearer 令牌", headers={"WWW-Authenticate": "Bearer"})
    verifier: TokenVerifier = request.app.state.token_verifier
    actor = await verifier.verify(token)
    request.state.actor = actor
    return actor


def ensure_scope(actor: Actor, unit: Unit, method: str) -> None:
    """Raise `Forbidden` when the caller is a system that was not given what this request to `unit` needs."""
    if actor.kind != "client":
        return
    needed = needed_scope(unit, method)
    if needed not in actor.scopes:
        own = "、".join(sorted(actor.scopes)) or "无"
        raise Forbidden(f"这个外部系统没有范围 {needed}（现有：{own}），请管理员变更")


class Allow:
    """A dependency that lets through callers with one of `roles`, and systems only within their scopes. The access
    matrix is read off these instances.
    """

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    def __call__(self, request: Request, actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
        ensure_scope(actor, request.app.state.service.unit, request.method)
        if actor.roles.isdisjoint(self.roles):
            wanted = "、".join(role.label for role in Role if role in self.roles)
            raise Forbidden(f"此项操作限：{wanted}")
        return actor


class Public:
    """Marks a route that anybody may call; said aloud so that a forgotten check is not mistaken for a decision."""

    def __call__(self) -> None:
        return None


AnyActor = Annotated[Actor, Depends(Allow(*Role))]
"""Any verified caller."""

Anyone = Annotated[None, Depends(Public())]
"""No token needed."""
