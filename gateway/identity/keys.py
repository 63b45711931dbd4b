"""The Ed25519 keys that sign tokens: files in one folder, the newest signs, all verify.

`python -m gateway.identity.keys 目录` adds a key. Every gateway process sees it within seconds, and services fetch the
key set anew when they meet a key they do not know, so a key is rolled without a restart: add one, wait until the
tokens of the old one have expired, remove the old one.
"""

import base64
import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.settings import Settings
from shared import times

_LOOK_AGAIN_SECONDS = 5.0


class KeysError(RuntimeError):
    """There is no usable signing key; the message (Chinese) says how to make one."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key. `id` is its RFC 7638 thumbprint, so the same key has the same id everywhere."""

    id: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> Ed25519PublicKey:
        return self.private.public_key()

    @property
    def jwk(self) -> dict[str, str]:
        return {"kid": self.id, "use": "sig", "alg": "EdDSA", **_public_members(self.public)}


class KeyRing:
    """The keys of a folder, read again when the folder changes. Raises `KeysError` for an unusable folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = _read(folder)
        self._changed = folder.stat().st_mtime_ns
        self._looked_at = time.monotonic()

    @property
    def newest(self) -> SigningKey:
        return self._current()[-1]

    def find(self, key_id: str) -> SigningKey | None:
        return next((key for key in self._current() if key.id == key_id), None)

    def key_set(self) -> dict[str, Any]:
        """The public keys as a JWKS document (RFC 7517)."""
        return {"keys": [key.jwk for key in self._current()]}

    def _current(self) -> list[SigningKey]:
        if time.monotonic() - self._looked_at > _LOOK_AGAIN_SECONDS:
            self._looked_at = time.monotonic()
            changed = self._folder.stat().st_mtime_ns
            if changed != self._changed:
                self._keys, self._changed = _read(self._folder), changed
        return self._keys


def open_key_ring(settings: Settings) -> KeyRing:
    """The ring the settings name. In the demo a missing folder is made with a new random key; elsewhere it is an
    error.
    """
    folder = settings.keys_folder
    if folder is None:
        raise KeysError(
            "没有设置令牌签名私钥的目录 SHIAN_SIGNING_KEYS_DIR，网关不能启动。"
            "请先执行 python -m gateway.identity.keys /etc/shian/keys 生成私钥，再把该变量设为这个目录。"
        )
    if settings.demo and not list(folder.glob("*.pem")):
        make_key(folder)
    return KeyRing(folder)


def make_key(folder: Path) -> Path:
    """Write a new private key, readable by its owner only, under a name that sorts after the earlier ones."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{times.now():%Y%m%dT%H%M%S%fZ}.pem"
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    unfinished = path.with_suffix(".unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    unfinished.rename(path)
    return path


def thumbprint(public: Ed25519PublicKey) -> str:
    """The RFC 7638 thumbprint of a public key."""
    canonical = json.dumps(_public_members(public), separators=(",", ":"), sort_keys=True).encode()
    return _base64url(hashlib.sha256(canonical).digest())


def _read(folder: Path) -> list[SigningKey]:
    paths = sorted(folder.glob("*.pem"))
    if not paths:
        raise KeysError(
            f"目录 {folder} 里没有签名私钥（*.pem）。请执行 python -m gateway.identity.keys {folder} 生成一个。"
        )
    return [_read_key(path) for path in paths]


def _read_key(path: Path) -> SigningKey:
    if path.stat().st_mode & 0o077:
        raise KeysError(f"签名私钥 {path} 的权限过宽，别的用户也能读。请执行 chmod 600 {path} 后重试。")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise KeysError(f"签名私钥 {path} 读不出来：应为不加密的 PKCS#8 PEM 文件（{error}）。") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeysError(f"签名私钥 {path} 不是 Ed25519 私钥。请用 python -m gateway.identity.keys 生成。")
    return SigningKey(thumbprint(key.public_key()), key)


def _public_members(public: Ed25519PublicKey) -> dict[str, str]:
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("用法：python -m gateway.identity.keys 目录")
    print(f"已生成签名私钥 {make_key(Path(sys.argv[1]))}")  # noqa: T201
