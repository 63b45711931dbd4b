"""A device's key: `python -m deploy.adapters.device_key 快检仪.pem` makes it once and shows its public half.

The private half stays on the computer beside the device, in a file that only its account reads. The public half is
registered with the device on the platform. Signatures are RFC 9421 with Ed25519 over the digest of the body.
"""

import argparse
import base64
import hashlib
import sys
import time
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


def make_key(file: Path) -> None:
    """A new key in a file that is not there yet. Raises `FileExistsError`."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.touch(mode=0o600, exist_ok=False)  # nobody else's before anything is in it
    file.write_bytes(pem)


def read_key(file: Path) -> Ed25519PrivateKey:
    """The key of a file. Raises `SystemExit` with what is to be mended."""
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SystemExit(f"读不了签名的密钥 {file}：{error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SystemExit(f"{file} 不是 Ed25519 密钥；请用 python -m deploy.adapters.device_key 另生成一把")
    return key


def public_half(key: Ed25519PrivateKey) -> str:
    """What is registered on the platform: 32 bytes in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def signature_headers(key: Ed25519PrivateKey, body: bytes) -> dict[str, str]:
    """The headers that say who sent these bytes."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    params = f'("content-digest");created={int(time.time())};keyid="{public_half(key)}";alg="ed25519"'
    signature = key.sign(f'"content-digest": {digest}\n"@signature-params": {params}'.encode())
    return {
        "Content-Digest": digest,
        "Signature-Input": f"device={params}",
        "Signature": f"device=:{base64.b64encode(signature).decode()}:",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="生成快检仪签名的密钥，显示登记用的公钥；已有的不改动，只显示")
    parser.add_argument("file", type=Path, help="密钥文件（PEM），只给运行接入程序的账号读")
    file: Path = parser.parse_args().file
    if not file.exists():
        make_key(file)
    print(public_half(read_key(file)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
