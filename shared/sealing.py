"""Secrets that are needed in clear again, sealed: whoever reads the database, or a dump of it, does not learn them.

AES-256-GCM under a key derived from a secret of the installation for one purpose, bound to the record that holds it, so
that it can be moved neither to another record nor to another use.
"""

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class CannotUnseal(Exception):  # noqa: N818 (what is, not what went wrong)
    """Sealed under another secret, for another record or for another purpose."""


def seal(data: bytes, *, purpose: str, record: UUID, secret: str) -> bytes:
    """The data as it is kept."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(secret, purpose).encrypt(nonce, data, record.bytes)


def unseal(sealed: bytes, *, purpose: str, record: UUID, secret: str) -> bytes:
    """The data in clear. Raises `CannotUnseal`."""
    try:
        return _cipher(secret, purpose).decrypt(sealed[:_NONCE], sealed[_NONCE:], record.bytes)
    except (InvalidTag, ValueError):
        raise CannotUnseal from None


def _cipher(secret: str, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret.encode()))
