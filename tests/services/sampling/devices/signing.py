"""A device that signs, for tests: the headers of RFC 9421 written a second time, not taken from the product."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def signed(key: Ed25519PrivateKey, body: bytes, **change: str) -> dict[str, str]:
    """The headers with which a device sends `body`."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    params = f'("content-digest");created=1782900000;keyid="{public(key)}";alg="ed25519"'
    base = f'"content-digest": {digest}\n"@signature-params": {params}'
    return {
        "Content-Type": "application/json",
        "Content-Digest": digest,
        "Signature-Input": f"sig1={params}",
        "Signature": f"sig1=:{base64.b64encode(key.sign(base.encode())).decode()}:",
    } | change
