"""Signatures of codes: whoever has the public key sees, without a network, that a code came from this platform.

A signature proves that a code was issued here and not made up; it cannot tell a label from its photograph. Copies are
found by scans (`code_scans`). Ed25519 because its signatures are short (64 bytes) and need no randomness.
"""

import base64
import hashlib
import os
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PARAMETER = "sig"
"""The query parameter that carries a signature: not an AI, so that any reader of Digital Links passes over it."""

_PURPOSE = b"shian-code/1:"
_ID_LENGTH = 8


class CodeKeys:
    """The keys of a folder (PEM files): the last by name signs, all verify."""

    def __init__(self, keys: Sequence[Ed25519PrivateKey]) -> None:
        self._keys = {_id_of(key.public_key()): key for key in keys}
        self._newest = _id_of(keys[-1].public_key())

    def sign(self, path: str) -> str:
        """`key id.signature` of the path of a code's address, both base64url."""
        signature = self._keys[self._newest].sign(_PURPOSE + path.encode())
        return f"{self._newest}.{_text(signature)}"

    def verify(self, path: str, signature: str) -> bool:
        """Whether one of the keys signed `path`. False for anything else, however it is spelled."""
        key_id, _, text = signature.partition(".")
        key = self._keys.get(key_id)
        try:
            if key is not None:
                key.public_key().verify(base64.urlsafe_b64decode(text + "=="), _PURPOSE + path.encode())
                return True
        except (InvalidSignature, ValueError):
            pass
        return False

    def public(self) -> list[dict[str, str]]:
        """The public keys as members of a JWKS, the id being what stands before the dot of a signature."""
        return [
            {"kty": "OKP", "crv": "Ed25519", "kid": key_id, "x": _text(key.public_key().public_bytes_raw())}
            for key_id, key in self._keys.items()
        ]


def open_code_keys(folder: Path) -> CodeKeys:
    """The keys of the folder; a first one is made where there is none, readable by us alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not any(folder.glob("*.pem")):
        _make_first(folder)
    return _read(folder, folder.stat().st_mtime_ns)


def _make_first(folder: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with tempfile.NamedTemporaryFile(dir=folder) as made:  # 0600; linked when whole, and by one process only
        made.write(pem)
        made.flush()
        try:
            os.link(made.name, folder / "first.pem")
        except FileExistsError:
            return


@lru_cache(maxsize=4)
def _read(folder: Path, _changed: int) -> CodeKeys:
    keys = []
    for file in sorted(folder.glob("*.pem")):
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{file} is no Ed25519 key")
        keys.append(key)
    return CodeKeys(keys)


def _id_of(key: Ed25519PublicKey) -> str:
    return _text(hashlib.sha256(key.public_bytes_raw()).digest())[:_ID_LENGTH]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
