"""Signing keys: there is always a real one, the newest signs, all verify."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.identity import keys
from gateway.identity.keys import KeyRing, KeysError, make_key, open_key_ring
from gateway.identity.tokens import RingVerifier, TokenIssuer
from gateway.main import service
from gateway.settings import Settings
from shared.app import create_app
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.problems import Unauthenticated

ACTOR = Actor(
    id=uuid4(),
    name="演示",
    kind="user",
    roles=frozenset({Role.INSPECTOR}),
    regions=("330203000000",),
    organisation_id=None,
    business_id=None,
    scopes=frozenset(),
)
LIFE = timedelta(minutes=5)


async def test_the_gateway_does_not_start_without_a_key(tmp_path: Path) -> None:
    app = create_app(service, Settings(database_url="postgresql://nobody@127.0.0.1:1/none", data_dir=tmp_path))
    with pytest.raises(KeysError, match="SHIAN_SIGNING_KEYS_DIR"):
        async with app.router.lifespan_context(app):
            pass
    assert not (tmp_path / "signing-keys").exists(), "no key may be made on the quiet outside the demo"


def test_an_empty_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="没有签名私钥"):
        open_key_ring(Settings(database_url="postgresql://x", signing_keys_dir=tmp_path))


def test_each_demo_installation_makes_its_own_key(tmp_path: Path) -> None:
    rings = [
        open_key_ring(Settings(database_url="postgresql://x", demo=True, data_dir=tmp_path / name)) for name in "ab"
    ]
    assert rings[0].newest.id != rings[1].newest.id
    again = open_key_ring(Settings(database_url="postgresql://x", demo=True, data_dir=tmp_path / "a"))
    assert again.newest.id == rings[0].newest.id


def test_a_key_others_can_read_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path).chmod(0o644)
    with pytest.raises(KeysError, match="chmod 600"):
        KeyRing(tmp_path)


def test_only_ed25519_keys_are_taken(tmp_path: Path) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "a.pem"
    path.write_bytes(pem)
    path.chmod(0o600)
    with pytest.raises(KeysError, match="不是 Ed25519"):
        KeyRing(tmp_path)
    path.write_bytes(b"nonsense")
    with pytest.raises(KeysError, match="读不出来"):
        KeyRing(tmp_path)


async def test_a_new_key_signs_at_once_and_the_old_still_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_LOOK_AGAIN_SECONDS", -1.0)
    old_path = make_key(tmp_path)
    ring = KeyRing(tmp_path)
    issuer, verifier = TokenIssuer(ring, "shian"), RingVerifier(ring, "shian")
    old = issuer.issue(ACTOR, LIFE)
    make_key(tmp_path)
    new = issuer.issue(ACTOR, LIFE)
    assert jwt.get_unverified_header(new)["kid"] != jwt.get_unverified_header(old)["kid"]
    assert (await verifier.verify(old)) == (await verifier.verify(new)) == ACTOR

    old_path.unlink()
    with pytest.raises(Unauthenticated, match="签发密钥"):
        await RingVerifier(ring, "shian").verify(old)
    assert len(ring.key_set()["keys"]) == 1


def test_private_keys_are_readable_by_their_owner_only_and_never_published(tmp_path: Path) -> None:
    path = make_key(tmp_path / "keys")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]
    (published,) = KeyRing(path.parent).key_set()["keys"]
    assert published.keys() == {"kid", "use", "alg", "crv", "kty", "x"}
