"""Files of samples: known by their bytes, kept once, refused when they are not what they say, seen by few."""

import hashlib
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from services.sampling.samples import attachments
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.sampling.factories import HAISHU, NANHAI
from tests.services.sampling.samples.factory import PHOTO, form_of, photo, put, taken, without_task


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])


def address(content: bytes) -> str:
    return f"/v1/sample-attachments/{hashlib.sha256(content).hexdigest()}"


async def test_the_same_file_is_kept_once_and_comes_back_byte_by_byte(officer: httpx.AsyncClient) -> None:
    content = PHOTO + b"x" * 100_000
    first, again = [await officer.put(address(content), content=content) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    back = await officer.get(address(content))
    assert (back.content, back.headers["content-type"]) == (content, "image/jpeg")
    assert (back.headers["content-disposition"], back.headers["x-content-type-options"]) == ("attachment", "nosniff")


@pytest.mark.parametrize(
    ("content", "named"),
    [(PHOTO, PHOTO + b"?"), (b"<html>", b"<html>"), (b"", b"")],
    ids=["other bytes than named", "a page", "nothing"],
)
async def test_what_is_not_what_it_says_is_refused_and_leaves_nothing(
    officer: httpx.AsyncClient, content: bytes, named: bytes
) -> None:
    answer = await officer.put(address(named), content=content)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/sample-attachment-refused")
    assert (await officer.get(address(named))).status_code == 404


async def test_too_much_is_refused_on_the_way(officer: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_BYTES", 1_000)
    content = PHOTO + b"x" * 2_000
    assert (await officer.put(address(content), content=content)).status_code == 413

    async def unannounced() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 100):
            yield content[start : start + 100]

    assert (await officer.put(address(content), content=unannounced())).status_code == 413


async def test_a_file_is_seen_by_its_sender_and_by_those_who_see_a_sample_that_names_it(
    officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    content = PHOTO + uuid4().bytes
    sampler = await client_of(Unit.SAMPLING, Role.SAMPLER, regions=[HAISHU])
    assert (await sampler.put(address(content), content=content)).status_code == 201
    assert (await sampler.get(address(content))).status_code == 200
    assert (await officer.get(address(content))).status_code == 404, "no sample names it yet"
    await taken(officer)
    colleague = await client_of(Unit.SAMPLING, Role.CASE_HANDLER, regions=[HAISHU])
    abroad = await client_of(Unit.SAMPLING, Role.CASE_HANDLER, regions=[NANHAI])
    for words in ("site", "operator", "notice", "first"):
        path = f"/v1/sample-attachments/{photo(words)[0]}"
        assert (await colleague.get(path)).status_code == 200, words
        assert (await abroad.get(path)).status_code == 404, words
        assert (await sampler.get(path)).status_code == 404, words


async def test_who_only_knows_a_hash_gets_nothing_by_naming_it(officer: httpx.AsyncClient, client_of: ClientOf) -> None:
    """Neither in a form of his own, nor by writing the sender among its samplers; sending the bytes is the proof."""
    sender = uuid4()
    await taken(await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU], actor_id=sender))
    site, content = photo("site")
    thief = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[NANHAI])
    own = without_task(form_of(uuid4(), sender))
    own["basics"]["region_code"] = NANHAI
    draft = (await put(thief, own)).json()
    assert site in draft["missing_files"]
    refused = await thief.post(f"/v1/samples/{draft['id']}/submission", json={"revision": 1})
    assert "file_missing" in {error["code"] for error in refused.json()["errors"]}
    assert (await thief.get(address(content))).status_code == 404
    assert (await thief.put(address(content), content=content)).status_code == 200
    assert site not in (await thief.get(f"/v1/samples/{draft['id']}")).json()["missing_files"]
    assert (await thief.get(address(content))).status_code == 200
