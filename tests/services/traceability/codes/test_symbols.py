"""What is printed can be read back by a decoder, and says what was issued; its signature stands without a network."""

import re
import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import zxingcpp

from services.traceability.codes.signing import CodeKeys, open_code_keys
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.traceability.codes.issuing import HAISHU, issued


def decoded(rows: list[bytes]) -> str:
    """What a decoder reads in an image of grey rows."""
    image = memoryview(b"".join(rows)).cast("B", shape=[len(rows), len(rows[0])])
    [symbol] = zxingcpp.read_barcodes(image)
    assert symbol.format == zxingcpp.BarcodeFormat.QRCode
    text: str = symbol.text
    return text


def grey_rows(png: bytes) -> list[bytes]:
    """The pixels of a one-bit PNG whose rows are filtered by none or by the row above."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) in ((1, 0), (1, 3))
    data = b"".join(part for kind, part in _chunks(png) if kind == b"IDAT")
    raw, stride = zlib.decompress(data), (width + 7) // 8 + 1
    rows, above = [], bytes(stride - 1)
    for at in range(0, height * stride, stride):
        assert raw[at] in (0, 2)
        line = raw[at + 1 : at + stride]
        if raw[at] == 2:
            line = bytes((byte + before) % 256 for byte, before in zip(line, above, strict=True))
        above = line
        bits = "".join(f"{byte:08b}" for byte in line)[:width]
        rows.append(bytes(255 if bit == "1" else 0 for bit in bits))
    return rows


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += length + 12
    return found


def drawn(svg: str, scale: int = 4) -> list[bytes]:
    """The pixels of a symbol drawn as horizontal strokes of one module, as segno writes it."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    path = next(element for element in root.iter() if element.tag.endswith("path"))
    grid = [bytearray(b"\xff" * size) for _ in range(size)]
    x, y = 0.0, 0.0
    for command, first, second in re.findall(r"([Mmh])\s*(-?[\d.]+)(?:[ ,]*(-?[\d.]+))?", path.attrib["d"]):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second)
        else:
            for module in range(int(x), int(x + float(first))):
                grid[int(y)][module] = 0
            x += float(first)
    return [bytes(value for value in row for _ in range(scale)) for row in grid for _ in range(scale)]


async def test_a_decoder_reads_both_pictures_of_a_code(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    [code] = await issued(inspector, scheme="gs1", gtin="9520123456788", lot="a/b?c&d")
    for signed, uri in ((False, code["uri"]), (True, code["signed_uri"])):
        wanted = {"signed": str(signed).lower()}
        svg = await inspector.get(f"/v1/codes/{code['id']}/qr.svg", params=wanted)
        assert decoded(drawn(svg.text)) == uri
        png = await inspector.get(f"/v1/codes/{code['id']}/qr.png", params={"scale": "3"} | wanted)
        assert decoded(grey_rows(png.content)) == uri


async def test_every_label_of_a_sheet_can_be_read_and_stands_by_its_text(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    codes = await issued(inspector, quantity=7, name="演示<鲜>牛奶（虚构）")
    answer = await inspector.get(
        f"/v1/code-batches/{codes[0]['batch_id']}/sheet", params={"columns": 2, "rows": 2, "signed": "true"}
    )
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script" not in answer.text
    assert answer.text.count('<main class="page">') == 2
    labels = re.findall(r'<section class="label">(<svg.*?</svg>).*?<div class="text">(.*?)</div>', answer.text)
    read = {decoded(drawn(svg)): text for svg, text in labels}
    assert read == {code["signed_uri"]: code["text"] for code in codes}
    assert "演示&lt;鲜&gt;牛奶（虚构）" in answer.text


async def test_a_signature_is_verified_with_the_public_key_alone(client_of: ClientOf) -> None:
    import base64  # noqa: PLC0415 (the recipe of the guide, as an outsider would follow it)

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    anyone = await client_of(Unit.TRACEABILITY)
    [code] = await issued(inspector)
    [key] = (await anyone.get("/v1/code-keys")).json()["keys"]
    address, _, signature = code["signed_uri"].partition("?sig=")
    path = "/" + address.split("/", 3)[3]
    key_id, _, text = signature.partition(".")
    assert key_id == key["kid"]
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    public.verify(base64.urlsafe_b64decode(text + "=="), b"shian-code/1:" + path.encode())


def test_a_signature_is_of_one_code_and_one_platform_only(tmp_path: Path) -> None:
    ours, theirs = open_code_keys(tmp_path / "ours"), open_code_keys(tmp_path / "theirs")
    path = "/01/09520123456788/21/A"
    signature = ours.sign(path)
    assert ours.verify(path, signature)
    assert not ours.verify(path + "B", signature)
    assert not theirs.verify(path, signature)
    key_id, _, text = signature.partition(".")
    for forged in ("", ".", key_id, f"{key_id}.", f"{key_id}.%%%", f"{key_id}.{text[:-4]}", f"{key_id}.é", text):
        assert not ours.verify(path, forged)
    assert (tmp_path / "ours" / "first.pem").stat().st_mode & 0o077 == 0


def test_a_key_is_rolled_and_old_labels_stay_good(tmp_path: Path) -> None:
    old = open_code_keys(tmp_path)
    signature = old.sign("/q/X")
    newer = open_code_keys(tmp_path / "elsewhere")
    assert isinstance(newer, CodeKeys)
    (tmp_path / "second.pem").write_bytes((tmp_path / "elsewhere" / "first.pem").read_bytes())
    both = open_code_keys(tmp_path)
    assert both.verify("/q/X", signature)
    assert both.sign("/q/X") == newer.sign("/q/X")
    assert len(both.public()) == 2


def test_a_foreign_file_among_the_keys_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("no key")
    with pytest.raises(ValueError, match="PEM"):
        open_code_keys(tmp_path)
