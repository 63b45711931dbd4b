"""Files of visits: in chunks that break off anywhere, kept once, never replaced, seen by those who may."""

import hashlib
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from services.inspection.attachments import files, service
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from tests.conftest import ClientOf
from tests.services.inspection.factories import HAISHU, NANHAI, STREET
from tests.services.inspection.visit_records.contents import ANNA, BERT, photo, saved, send, upload, visit

NANHAI_STREET = "440605124000"
OCTETS = {"Content-Type": "application/octet-stream"}
CONTENT, SHA256 = photo(1)


@pytest_asyncio.fixture
async def anna(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=ANNA)


@pytest_asyncio.fixture
async def bert(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.GRID_OFFICER, regions=[HAISHU], actor_id=BERT)


async def chunk(
    terminal: httpx.AsyncClient, content: bytes, offset: int, size: int, sha256: str = SHA256
) -> httpx.Response:
    return await terminal.put(
        f"/v1/attachments/{sha256}/chunks/{offset}", content=content, headers=OCTETS | {"Upload-Length": str(size)}
    )


@pytest.mark.parametrize("size", [1, 7, len(CONTENT)])
async def test_a_file_comes_in_chunks_of_any_size(anna: httpx.AsyncClient, size: int) -> None:
    answer = await upload(anna, CONTENT, chunk=size)
    assert answer.json() == {
        "sha256": SHA256,
        "complete": True,
        "received": len(CONTENT),
        "size": len(CONTENT),
        "media_type": "image/jpeg",
    }
    got = await anna.get(f"/v1/attachments/{SHA256}/content")
    assert (got.content, got.headers["content-type"]) == (CONTENT, "image/jpeg")
    part = await anna.get(f"/v1/attachments/{SHA256}/content", headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, CONTENT[2:6])


async def test_what_came_before_a_break_stays_and_a_gap_is_refused_with_the_place(anna: httpx.AsyncClient) -> None:
    size = len(CONTENT)
    assert (await chunk(anna, CONTENT[:10], 0, size)).json()["received"] == 10
    gap = await chunk(anna, CONTENT[20:], 20, size)
    assert (gap.status_code, gap.json()["received"]) == (409, 10)
    assert (await anna.get(f"/v1/attachments/{SHA256}")).json()["received"] == 10
    assert (await chunk(anna, CONTENT[4:10], 4, size)).json()["received"] == 10, "a chunk sent again adds nothing"
    assert (await chunk(anna, CONTENT[6:], 6, size)).json()["complete"]
    assert (await chunk(anna, CONTENT, 0, size)).json()["complete"], "and after the end neither"


async def test_bytes_that_do_not_give_the_hash_are_thrown_away_and_can_be_sent_anew(anna: httpx.AsyncClient) -> None:
    wrong = CONTENT[:-1] + b"?"
    refused = await chunk(anna, wrong, 0, len(wrong))
    assert (refused.status_code, refused.json()["received"]) == (422, 0)
    assert (await upload(anna, CONTENT)).json()["complete"]


async def test_one_uploader_cannot_spoil_anothers_part(anna: httpx.AsyncClient, bert: httpx.AsyncClient) -> None:
    size = len(CONTENT)
    await chunk(anna, b"\x00" * 10, 0, size)
    assert (await bert.get(f"/v1/attachments/{SHA256}")).json()["received"] == 0
    assert (await upload(bert, CONTENT)).json()["complete"]
    assert (await anna.get(f"/v1/attachments/{SHA256}")).json()["received"] == 10, "and learns nothing of it"


async def test_two_equal_photos_are_kept_once(anna: httpx.AsyncClient, bert: httpx.AsyncClient, tmp_path: Path) -> None:
    for sender in (anna, bert):
        assert (await upload(sender, CONTENT)).json()["complete"]
    kept = [path.name for path in (tmp_path / "visit-attachments").rglob("*") if path.is_file()]
    assert kept == [SHA256]


async def test_a_terminal_asks_at_once_which_of_its_files_it_still_has_to_send(
    anna: httpx.AsyncClient, bert: httpx.AsyncClient
) -> None:
    photos = [photo(number) for number in range(4)]
    hashes = [sha256 for _, sha256 in photos]
    await upload(anna, photos[0][0])
    await chunk(anna, photos[1][0][:7], 0, len(photos[1][0]), photos[1][1])
    await upload(bert, photos[2][0])
    answer = await anna.post("/v1/attachments/needed", json={"hashes": [*hashes, hashes[3]]})
    told = [(one["sha256"], one["received"], one["complete"]) for one in answer.json()]
    assert told == [(hashes[1], 7, False), (hashes[2], 0, False), (hashes[3], 0, False)]
    for wrong in ([], ["0" * 63], ["0" * 64] * 1001):
        assert (await anna.post("/v1/attachments/needed", json={"hashes": wrong})).status_code == 422


async def test_what_is_neither_picture_film_nor_pdf_is_not_taken(anna: httpx.AsyncClient) -> None:
    content = b"<html>not a picture</html>"
    sha256 = hashlib.sha256(content).hexdigest()
    answer = await chunk(anna, content, 0, len(content), sha256)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/attachment-refused")


async def test_limits_are_checked_before_anything_is_written(
    anna: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await chunk(anna, b"x", 0, service.MAX_BYTES + 1)).status_code == 413
    assert not (tmp_path / "visit-attachments").exists()
    monkeypatch.setattr(service, "MAX_CHUNK", 8)
    assert (await chunk(anna, CONTENT, 0, len(CONTENT))).status_code == 413
    assert (await chunk(anna, CONTENT[:8], 0, 4)).status_code == 422


async def test_who_begins_too_many_files_finishes_some_first(
    anna: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_UNFINISHED", 2)
    others = [photo(number) for number in (2, 3, 4)]
    answers = [await chunk(anna, content[:5], 0, len(content), sha256) for content, sha256 in others]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (await chunk(anna, others[0][0][5:], 5, len(others[0][0]), others[0][1])).json()["complete"]
    assert (await chunk(anna, others[2][0][:5], 0, len(others[2][0]), others[2][1])).status_code == 200


async def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = files.path_of(tmp_path, SHA256)
    part = files.part_of(tmp_path, SHA256, UUID(int=5))
    files.write_at(part, 0, CONTENT)
    with part.open("r+b") as late:
        assert files.keep(part, path, SHA256) == files.Bytes(len(CONTENT), SHA256, "image/jpeg")
        late.write(b"changed afterwards")
    assert (path.read_bytes(), part.exists()) == (CONTENT, False)
    inode = path.stat().st_ino
    for again in (CONTENT, b"\xff\xd8\xffother bytes"):
        files.write_at(part, 0, again)
        files.keep(part, path, SHA256)
    assert (path.read_bytes(), path.stat().st_ino) == (CONTENT, inode)
    assert list(path.parent.iterdir()) == [path], "nothing is left beside it"


async def test_who_only_knows_the_hash_of_a_photo_gets_nothing_by_naming_it(
    anna: httpx.AsyncClient, client_of: ClientOf
) -> None:
    """An official elsewhere claims somebody's photo wherever files can be named."""
    await upload(anna, CONTENT)
    await send(anna, uuid7(), visit(files=[{"sha256": SHA256, "note": "门头（演示）"}]))
    mallory_id = UUID(int=66)
    mallory = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI], actor_id=mallory_id)
    claims = [{"sha256": SHA256, "note": "我的（演示）"}]
    own: dict[str, Any] = {"region_code": NANHAI_STREET, "authority_code": NANHAI, "files": claims}
    for document in (
        visit(saved=saved(mallory_id), **own),
        visit(saved=saved(ANNA), **own),
        visit(saved=saved(mallory_id), files=claims),
    ):
        receipt = await send(mallory, uuid7(), document)
        assert receipt.status_code in (201, 202), receipt.text
    found = {
        "party_name": "演示小吃店（虚构）",
        "region_code": NANHAI_STREET,
        "problem": "原料直接放在地面（演示）",
        "evidence_before": [SHA256],
    }
    answer = await mallory.post("/v1/corrections", json=found, headers={"Idempotency-Key": str(uuid7())})
    assert answer.status_code == 201, answer.text
    clue = {
        "cell_code": NANHAI_STREET,
        "found_at": "2026-03-02T09:30:00+08:00",
        "place": "演示路 8 号（虚构）",
        "what": "无证制售糕点（演示）",
        "evidence": [SHA256],
    }
    assert (await mallory.put(f"/v1/clues/{uuid7()}", json=clue)).status_code == 201
    address = f"/v1/attachments/{SHA256}"
    unknown = "0" * 64
    for wrong in (b"", b"\xff\xd8\xff" + b"?" * (len(CONTENT) - 3)):
        if wrong:
            assert (await chunk(mallory, wrong, 0, len(CONTENT))).status_code == 422
        told = (await mallory.get(address)).json()
        assert told == (await mallory.get(f"/v1/attachments/{unknown}")).json() | {"sha256": SHA256}
        needed = (await mallory.post("/v1/attachments/needed", json={"hashes": [SHA256, unknown]})).json()
        assert [one["received"] for one in needed] == [0, 0]
        assert (await mallory.get(f"{address}/content")).status_code == 404
    await upload(mallory, CONTENT)
    assert (await mallory.get(f"{address}/content")).status_code == 200, "who has the bytes learns nothing from them"


async def test_a_visit_has_its_photo_when_who_handed_it_in_has_sent_the_photo(
    anna: httpx.AsyncClient, bert: httpx.AsyncClient
) -> None:
    """A colleague who takes over what a broken terminal holds sends the visit once more, and the photo."""
    record_id, document = uuid7(), visit(files=[{"sha256": SHA256, "note": "门头（演示）"}])
    await send(anna, record_id, document)
    await upload(bert, CONTENT)
    assert SHA256 in (await bert.get(f"/v1/visit-records/{record_id}")).json()["missing_files"]
    assert (await anna.get(f"/v1/attachments/{SHA256}/content")).status_code == 404
    assert SHA256 not in (await send(bert, record_id, document)).json()["missing_files"]
    assert (await anna.get(f"/v1/attachments/{SHA256}/content")).status_code == 200


async def test_a_file_is_seen_by_its_uploader_and_by_who_sees_a_visit_that_names_it(
    anna: httpx.AsyncClient, bert: httpx.AsyncClient, client_of: ClientOf
) -> None:
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    await upload(anna, CONTENT)
    address = f"/v1/attachments/{SHA256}/content"
    assert [(await client.get(address)).status_code for client in (anna, bert, stranger)] == [200, 404, 404]
    await send(anna, uuid7(), visit(files=[{"sha256": SHA256, "note": "门头（演示）"}]))
    assert [(await client.get(address)).status_code for client in (anna, bert, stranger)] == [200, 200, 404]
    outsider = await client_of(Unit.INSPECTION, Role.BUSINESS, business_id=UUID(int=9))
    assert (await outsider.get(address)).status_code == 403


async def test_a_file_is_seen_by_who_sees_a_correction_or_clue_that_names_it_as_evidence(
    anna: httpx.AsyncClient, bert: httpx.AsyncClient, client_of: ClientOf
) -> None:
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    photos = [CONTENT, CONTENT + b"2"]
    hashes = [hashlib.sha256(photo).hexdigest() for photo in photos]
    for one in photos:
        await upload(anna, one)
    party = {"party_name": "演示小吃店（虚构）", "region_code": STREET}
    found = party | {"problem": "原料直接放在地面（演示）", "evidence_before": hashes[:1]}
    answer = await anna.post("/v1/corrections", json=found, headers={"Idempotency-Key": str(uuid7())})
    assert answer.status_code == 201, answer.text
    seen = {"cell_code": STREET, "found_at": "2026-03-02T09:30:00+08:00", "place": "演示路 8 号（虚构）"}
    clue = seen | {"what": "无证制售糕点（演示）", "evidence": hashes[1:]}
    assert (await anna.put(f"/v1/clues/{uuid7()}", json=clue)).status_code == 201
    for sha256 in hashes:
        address = f"/v1/attachments/{sha256}/content"
        assert [(await client.get(address)).status_code for client in (anna, bert, stranger)] == [200, 200, 404]
