"""Subscribers' signature tokens, sealed: whoever reads the database, or a dump of it, cannot sign in our name.

A token is needed in clear for every delivery (HMAC), so a hash would not do. It is sealed by AES-256-GCM under a key
derived from `SHIAN_EVENTS_SECRET`, which all processes of the unit share, and bound to its subscription, so that it
cannot be moved to another one. After that secret has been changed a token opens no more: its subscriber is told to
subscribe again.
"""

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"shian: signature tokens of EPCIS subscriptions/1"
_NONCE = 12


class CannotUnseal(Exception):  # noqa: N818 (what is, not what went wrong)
    """Sealed under another secret, or for another subscription."""


def seal(token: str, subscription_id: UUID, secret: str) -> bytes:
    """The token as it is kept."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(secret).encrypt(nonce, token.encode(), subscription_id.bytes)


def unseal(sealed: bytes, subscription_id: UUID, secret: str) -> str:
    """The token in clear. Raises `CannotUnseal`."""
    try:
        return _cipher(secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], subscription_id.bytes).decode()
    except (InvalidTag, ValueError):
        raise CannotUnseal from None


def _cipher(secret: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(secret.encode()))
