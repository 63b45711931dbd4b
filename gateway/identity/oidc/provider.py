"""The provider as its client sees it (OpenID Connect Core 1.0, code flow with PKCE): where to send people, what a code
that comes back says about them.

Of what the provider answers only signed and checked claims are used; its access token is used once, for claims that the
ID token leaves out, and thrown away.
"""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import structlog

from gateway.settings import Settings
from shared.http.problems import Unauthenticated, Unavailable

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by a key that only the provider holds; never `none`, never by the secret that we hold too."""

SCOPES = "openid profile"
_KEPT_SECONDS = 300.0
_SECONDS = 10.0
_LEEWAY = 60


class ProviderSilent(Unavailable):
    slug, title = "identity-provider-unavailable", "身份系统暂时连不上"


class NotProven(Unauthenticated):
    slug, title = "identity-not-proven", "身份系统没有证明您是谁"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What binds an answer of the provider to the browser that was sent there. Kept in a cookie of that browser."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Attempt":
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @classmethod
    def read(cls, kept: str) -> "Attempt | None":
        parts = kept.split(".")
        return cls(*parts) if len(parts) == 3 and all(parts) else None

    def written(self) -> str:
        return f"{self.state}.{self.nonce}.{self.verifier}"

    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def fits(self, state: str) -> bool:
        return hmac.compare_digest(self.state.encode(), state.encode())


class Provider:
    """The provider of the settings. What it publishes of itself is fetched when first needed and kept five minutes."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        self._settings, self._client = settings, client
        self._described: dict[str, Any] = {}
        self._keys: jwt.PyJWKSet | None = None
        self._fetched_at = float("-inf")

    async def way_in(self, attempt: Attempt, return_to: str) -> str:
        """The address at the provider to which the browser is sent. Raises `ProviderSilent`."""
        described, _ = await self._description()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": return_to,
            "scope": SCOPES,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge(),
            "code_challenge_method": "S256",
        }
        start = str(described["authorization_endpoint"])
        return f"{start}{'&' if '?' in start else '?'}{urlencode(asked)}"

    async def claims(self, attempt: Attempt, code: str, return_to: str) -> dict[str, Any]:
        """What the provider says of the person, for the code it sent along. Raises `ProviderSilent`, `NotProven`."""
        described, keys = await self._description()
        tokens = await self._exchange(str(described["token_endpoint"]), attempt, code, return_to)
        claims = self._verified(str(tokens.get("id_token", "")), keys, attempt)
        if self._settings.oidc_login_claim in claims or "userinfo_endpoint" not in described:
            return claims
        more = await self._ask(
            "GET", described["userinfo_endpoint"], headers={"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        )
        if more.get("sub") != claims["sub"]:
            raise NotProven("身份系统前后说的不是同一个人，请重试")
        return more | claims

    def _verified(self, token: str, keys: jwt.PyJWKSet, attempt: Attempt) -> dict[str, Any]:
        client_id = self._settings.oidc_client_id
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = next(key for key in keys.keys if key_id is None or key.key_id == key_id)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=client_id,
                issuer=self._settings.oidc_issuer,
                leeway=_LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
            )
        except (jwt.PyJWTError, StopIteration, ValueError) as error:
            log.warning("identity_token_refused", error=type(error).__name__)
            raise NotProven("身份系统的答复验证不过，请重试；总是这样请告诉管理员") from None
        if not hmac.compare_digest(str(claims["nonce"]).encode(), attempt.nonce.encode()):
            raise NotProven("身份系统答的不是这一次登录，请重试")
        if claims.get("azp", client_id) != client_id:
            raise NotProven("身份系统的答复是给别的系统的")
        return claims

    async def _exchange(self, address: str, attempt: Attempt, code: str, return_to: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_to,
            "code_verifier": attempt.verifier,
        }
        both = (self._settings.oidc_client_id, self._settings.oidc_client_secret)
        return await self._ask("POST", address, data=form, auth=httpx.BasicAuth(*both))

    async def _description(self) -> tuple[dict[str, Any], jwt.PyJWKSet]:
        if self._keys is None or time.monotonic() - self._fetched_at > _KEPT_SECONDS:
            issuer = self._settings.oidc_issuer
            described = await self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if described.get("issuer") != issuer:
                log.error("identity_provider_differs", expected=issuer, found=described.get("issuer"))
                raise ProviderSilent("身份系统自报的名称与设置（SHIAN_OIDC_ISSUER）不同，请管理员核对")
            keys = await self._ask("GET", str(described["jwks_uri"]))
            self._described, self._keys = described, jwt.PyJWKSet.from_dict(keys)
            self._fetched_at = time.monotonic()
        return self._described, self._keys

    async def _ask(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """Its answer as JSON. What is sent and answered is never logged: it holds codes and tokens."""
        try:
            answer = await self._client.request(method, address, timeout=_SECONDS, **more)
            if 400 <= answer.status_code < 500 and method == "POST":
                raise NotProven("身份系统不认这次登录，可能耽搁得太久，请重试")
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("identity_provider_silent", address=address.partition("?")[0], error=type(error).__name__)
            raise ProviderSilent("请稍后再试，或用口令登录") from None
        if not isinstance(found, dict):
            raise ProviderSilent("身份系统的答复读不懂，请告诉管理员")
        return found
