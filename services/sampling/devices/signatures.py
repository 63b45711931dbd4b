"""Signatures of devices: RFC 9421 with Ed25519 over the digest of the body (`Content-Digest`, RFC 9530). Pure.

Of what the RFCs allow one form is taken: one signature, over `content-digest` and nothing else, its `keyid` the public
key itself in base64. The address is left out because the gateway changes it, the submission's id because each record
has its own. What is signed is the digest: the three headers prove themselves without the body, and the body to them.
"""

import base64
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY_BYTES = 32
_INPUT = re.compile(r'(?P<label>[a-z*][a-z0-9_.*-]*)=(?P<params>\("content-digest"\)(?P<rest>(?:;[a-z]+=[^;\s]+)*))')
_PARAMETER = re.compile(r';(?:created=\d{1,15}|keyid="(?P<key>[^"]*)"|alg="ed25519")')
_SIGNATURE = re.compile(r"(?P<label>[a-z*][a-z0-9_.*-]*)=:(?P<value>[A-Za-z0-9+/]{86}==):")


def holds(key: bytes, digest: str, params: str, signature: bytes) -> bool:
    """Whether the key signed this value of `Content-Digest` with these parameters."""
    base = f'"content-digest": {digest}\n"@signature-params": {params}'
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, base.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest` for these bytes."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def read_input(signature_input: str) -> tuple[str, str, bytes]:
    """Label, parameters and public key that a `Signature-Input` names. Raises ValueError in Chinese."""
    match = _INPUT.fullmatch(signature_input)
    parts = list(_PARAMETER.finditer(match["rest"])) if match else []
    if match is None or "".join(part[0] for part in parts) != match["rest"]:
        raise ValueError('应写作 device=("content-digest");keyid="公钥";alg="ed25519"，另可有 created')
    keys = [part["key"] for part in parts if part["key"] is not None]
    if len(keys) != 1:
        raise ValueError("keyid 应有一个，写签名所用密钥的公钥")
    return match["label"], match["params"], public_key(keys[0])


def read_signature(label: str, signature: str) -> bytes:
    """The signature under a label of `Signature`. Raises ValueError in Chinese."""
    match = _SIGNATURE.fullmatch(signature)
    if match is None or match["label"] != label:
        raise ValueError(f"应写作 {label}=:签名:，签名为 64 字节的 base64")
    return base64.b64decode(match["value"])


def public_key(text: str) -> bytes:
    """An Ed25519 public key, 32 bytes in base64. Raises ValueError in Chinese."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES or base64.b64encode(key).decode() != text:
        raise ValueError("应为 Ed25519 公钥：32 字节的 base64，共 44 个字符")
    return key
