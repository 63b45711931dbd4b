"""The public keys by which every unit verifies tokens."""

from typing import Any

from fastapi import Response
from pydantic import ConfigDict

from gateway.identity.tokens import Issuer
from shared.contracts.schema import Schema
from shared.http.auth import Anyone
from shared.http.routing import Router

router = Router(tag="登录")


class KeySet(Schema):
    """A JWKS document (RFC 7517)."""

    keys: list[dict[str, Any]]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "…", "x": "…"}]}
            ]
        }
    )


@router.get("/.well-known/jwks.json")
async def read_key_set(issuer: Issuer, response: Response, _: Anyone) -> KeySet:
    """验证令牌的公钥集"""
    response.headers["Cache-Control"] = "public, max-age=60"
    return KeySet(keys=issuer.ring.key_set()["keys"])
