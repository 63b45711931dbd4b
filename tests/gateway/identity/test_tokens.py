"""A token is believed only when this installation signed exactly this, for now."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.keys import KeyRing, make_key
from gateway.identity.tokens import RingVerifier, TokenIssuer
from shared import times
from shared.contracts.codes import Role
from shared.http.auth import ALGORITHM, KeySetVerifier, TokenVerifier
from shared.http.problems import Unauthenticated
from tests.gateway.identity.conftest import Gateway
from tests.gateway.identity.test_keys import ACTOR, LIFE


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    folder = tmp_path_factory.mktemp("keys")
    make_key(folder)
    return KeyRing(folder)


@pytest.fixture(scope="module")
def good(ring: KeyRing) -> str:
    return TokenIssuer(ring, "shian").issue(ACTOR, LIFE)


def claims(**changes: Any) -> dict[str, Any]:
    issued = times.now()
    own = {
        "iss": "shian",
        "aud": "shian",
        "sub": str(ACTOR.id),
        "roles": ["administrator"],
        "regions": ["330203000000"],
    }
    return own | {"iat": issued, "exp": issued + LIFE} | changes


def forged(ring: KeyRing, tmp_path: Path) -> dict[str, str]:
    """Every way we know of to make a token that is not ours."""
    kid = {"kid": ring.newest.id}
    public_pem = ring.newest.public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    raw = ring.newest.public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    make_key(tmp_path)
    other = KeyRing(tmp_path).newest
    own = ring.newest.private
    without_roles = claims()
    del without_roles["roles"]
    return {
        "alg none": jwt.encode(claims(), "", "none", headers=kid),
        "HS256 with the public key as the secret": _hs256(claims(), public_pem, ring.newest.id),
        "HS256 with the raw public key": _hs256(claims(), raw, ring.newest.id),
        "another's key under our key id": jwt.encode(claims(), other.private, ALGORITHM, headers=kid),
        "another's key under its own id": jwt.encode(claims(), other.private, ALGORITHM, headers={"kid": other.id}),
        "no key id": jwt.encode(claims(), own, ALGORITHM),
        "expired": jwt.encode(claims(exp=times.now() - timedelta(minutes=1)), own, ALGORITHM, headers=kid),
        "for another audience": jwt.encode(claims(aud="elsewhere"), own, ALGORITHM, headers=kid),
        "by another issuer": jwt.encode(claims(iss="elsewhere"), own, ALGORITHM, headers=kid),
        "without roles": jwt.encode(without_roles, own, ALGORITHM, headers=kid),
        "with an unknown role": jwt.encode(claims(roles=["emperor"]), own, ALGORITHM, headers=kid),
        "subject is no id": jwt.encode(claims(sub="root"), own, ALGORITHM, headers=kid),
        "nonsense": "a.b.c",
        "empty": "",
    }


def _hs256(body: dict[str, Any], secret: bytes, key_id: str) -> str:
    """Signed by hand, because the library refuses to make this one."""
    plain = {name: int(value.timestamp()) if hasattr(value, "timestamp") else value for name, value in body.items()}
    parts = [json.dumps({"alg": "HS256", "typ": "JWT", "kid": key_id}), json.dumps(plain)]
    signed = ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


async def test_no_forged_token_is_believed_by_the_gateway_or_by_a_service(gateway: Gateway, tmp_path: Path) -> None:
    ring: KeyRing = gateway.app.state.token_issuer.ring
    service_side = KeySetVerifier("http://test/.well-known/jwks.json", "shian", gateway.http)
    verifiers: list[TokenVerifier] = [gateway.app.state.token_verifier, service_side]
    genuine = TokenIssuer(ring, "shian").issue(ACTOR, LIFE)
    for verifier in verifiers:
        assert await verifier.verify(genuine) == ACTOR
        for how, token in forged(ring, tmp_path / how_folder(verifier)).items():
            with pytest.raises(Unauthenticated):
                await verifier.verify(token)
                pytest.fail(f"believed a token made thus: {how}")


def how_folder(verifier: TokenVerifier) -> str:
    return type(verifier).__name__


async def test_what_is_refused_is_a_401_at_the_routes_too(gateway: Gateway, tmp_path: Path) -> None:
    ring: KeyRing = gateway.app.state.token_issuer.ring
    for path in ("/api/v1/me", "/api/v1/users", "/api/sampling/v1/items", "/api/scoring/v1/anything"):
        missing = await gateway.http.get(path)
        assert missing.status_code == 401, path
        assert missing.headers["content-type"] == "application/problem+json"
        for how, token in forged(ring, tmp_path).items():
            answer = await gateway.http.get(path, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 401, (path, how)
        basic = await gateway.http.get(path, headers={"Authorization": "Basic bGk6bWluZw=="})
        assert basic.status_code == 401


@given(position=st.integers(min_value=0), replacement=st.sampled_from("ABCDEFabcdef0123456789-_"))
async def test_a_token_changed_in_one_place_is_not_believed(
    ring: KeyRing, good: str, position: int, replacement: str
) -> None:
    at = position % len(good)
    changed = good[:at] + replacement + good[at + 1 :]
    if _bytes_of(changed) == _bytes_of(good):
        return
    with pytest.raises(Unauthenticated):
        await RingVerifier(ring, "shian").verify(changed)


def _bytes_of(token: str) -> object:
    """What the token says, whatever its unused last bits."""
    try:
        return [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")]
    except ValueError:
        return token


async def test_an_expired_token_is_not_remembered_as_good(ring: KeyRing) -> None:
    verifier = RingVerifier(ring, "shian")
    expired = TokenIssuer(ring, "shian").issue(ACTOR, timedelta(seconds=-10))
    for _ in range(2):
        with pytest.raises(Unauthenticated, match="过期"):
            await verifier.verify(expired)


@given(
    roles=st.sets(st.sampled_from(Role), min_size=1), regions=st.lists(st.from_regex(r"\A[1-9][0-9]{11}\Z"), max_size=5)
)
async def test_a_token_says_exactly_what_its_actor_is(ring: KeyRing, roles: set[Role], regions: list[str]) -> None:
    actor = replace(ACTOR, roles=frozenset(roles), regions=tuple(regions), business_id=ACTOR.id)
    assert await RingVerifier(ring, "shian").verify(TokenIssuer(ring, "shian").issue(actor, LIFE)) == actor
