"""Tokens for tests: a key pair made in the run, and real verification with it."""

from datetime import timedelta
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.contracts.codes import Role
from shared.http.auth import ALGORITHM, Actor, actor_from_token
from shared.times import now

ISSUER = "shian"


class TestKeys:
    """Signs and verifies with an Ed25519 key of this run."""

    __test__ = False

    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        self.verifier = _Verifier(self)

    def token(
        self,
        *roles: Role,
        regions: list[str],
        business_id: UUID | None = None,
        actor_id: UUID | None = None,
        lifetime: timedelta = timedelta(minutes=10),
        **more: object,
    ) -> str:
        issued = now()
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": ISSUER,
            "sub": str(actor_id or uuid4()),
            "name": "测试人员",
            "kind": "user",
            "roles": [role.value for role in roles],
            "regions": regions,
            "iat": issued,
            "exp": issued + lifetime,
        }
        if business_id:
            claims["biz"] = str(business_id)
        return jwt.encode(claims | more, self.private, algorithm=ALGORITHM, headers={"kid": "test"})


class _Verifier:
    def __init__(self, keys: TestKeys) -> None:
        self._keys = keys

    async def verify(self, token: str) -> Actor:
        return actor_from_token(token, self._keys.private.public_key(), ISSUER)
