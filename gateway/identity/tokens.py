"""Access tokens: what they say, how they are signed, and how the gateway verifies its own."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import jwt
from fastapi import Depends, Request

from gateway.identity.keys import KeyRing
from shared import times
from shared.http.auth import ALGORITHM, Actor, actor_from_token
from shared.http.problems import Unauthenticated
from shared.ids import uuid7

_REMEMBERED = 4096
_REMEMBERED_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Signs tokens for actors. `issuer` stands in `iss` and `aud`, so a token of one installation is worthless in
    another.
    """

    ring: KeyRing
    issuer: str

    def issue(self, actor: Actor, life: timedelta) -> str:
        key = self.ring.newest
        issued = times.now()
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": str(actor.id),
            "name": actor.name,
            "kind": actor.kind,
            "roles": sorted(actor.roles),
            "regions": list(actor.regions),
            "org": str(actor.organisation_id) if actor.organisation_id else None,
            "biz": str(actor.business_id) if actor.business_id else None,
            "scopes": sorted(actor.scopes),
            "iat": issued,
            "exp": issued + life,
            "jti": uuid7().hex,
        }
        return jwt.encode(claims, key.private, ALGORITHM, headers={"kid": key.id})


def issuer_of(request: Request) -> TokenIssuer:
    issuer: TokenIssuer = request.app.state.token_issuer
    return issuer


Issuer = Annotated[TokenIssuer, Depends(issuer_of)]
"""The process's token issuer."""


class RingVerifier:
    """Verifies tokens against the ring itself. What was verified is remembered for ten seconds, because a terminal
    that uploads sends the same token with every request; the cached answer never outlives the token by more than
    that.
    """

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self._ring, self._issuer = ring, issuer
        self._known: OrderedDict[str, tuple[float, Actor]] = OrderedDict()

    async def verify(self, token: str) -> Actor:
        known = self._known.get(token)
        if known and known[0] > time.monotonic():
            return known[1]
        actor = self._verify(token)
        self._known[token] = (time.monotonic() + _REMEMBERED_SECONDS, actor)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return actor

    def _verify(self, token: str) -> Actor:
        try:
            key_id = jwt.get_unverified_header(token).get("kid", "")
        except jwt.InvalidTokenError:
            raise Unauthenticated("令牌格式不对，请重新登录") from None
        key = self._ring.find(key_id)
        if key is None:
            raise Unauthenticated("令牌的签发密钥不在现行公钥集中，请重新登录")
        return actor_from_token(token, key.public, self._issuer)
