"""The chain of issued letters: whatever is changed, slipped in, taken out or renumbered later is found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.supervision_letters.kinds import LetterKind
from services.inspection.supervision_letters.rules import BEGINNING, Issued, chain_faults, digest, link, number_of
from tests.services.inspection.supervision_letters.making import an_issuer, issued


def chain(kinds: list[LetterKind]) -> tuple[list[Issued], str]:
    """An invented chain and its head."""
    letters: list[Issued] = []
    head = BEGINNING
    for position, kind in enumerate(kinds, 1):
        sequence = kinds[:position].count(kind)
        number = number_of("演", kind, 2026, sequence)
        content: dict[str, Any] = {"number": number, "position": position, "kind": kind.value, "paragraphs": ["演示"]}
        following = link(head, position, digest(content))
        letters.append(
            Issued(
                position=position,
                kind=kind,
                year=2026,
                sequence=sequence,
                number=number,
                content=content,
                content_sha256=digest(content),
                previous_sha256=head,
                chain_sha256=following,
            )
        )
        head = following
    return letters, head


KINDS = st.lists(st.sampled_from(LetterKind), min_size=1, max_size=8)


@given(KINDS)
def test_an_untouched_chain_has_no_faults(kinds: list[LetterKind]) -> None:
    letters, head = chain(kinds)
    assert chain_faults(letters, len(letters), head) == []


def _reworded(letter: Issued) -> Issued:
    """Somebody wrote other words and gave them their own right hash."""
    content = {**letter.content, "paragraphs": ["改过"]}
    return replace(letter, content=content, content_sha256=digest(content))


def _relinked(letter: Issued) -> Issued:
    """The same, and even the link was reckoned anew."""
    changed = _reworded(letter)
    return replace(changed, chain_sha256=link(changed.previous_sha256, changed.position, changed.content_sha256))


TAMPERING: list[Callable[[list[Issued], int], list[Issued]]] = [
    lambda letters, at: [*letters[:at], *letters[at + 1 :]],
    lambda letters, at: [*letters[: at + 1], letters[at], *letters[at + 1 :]],
    lambda letters, at: [*letters[:at], _reworded(letters[at]), *letters[at + 1 :]],
    lambda letters, at: [*letters[:at], _relinked(letters[at]), *letters[at + 1 :]],
    lambda letters, at: [*letters[:at], replace(letters[at], number="演责约〔2026〕99号"), *letters[at + 1 :]],
    lambda letters, at: [*letters[:at], replace(letters[at], sequence=99), *letters[at + 1 :]],
]


@pytest.mark.parametrize("tamper", TAMPERING, ids=["out", "twice", "reworded", "relinked", "renumbered", "gap"])
@given(kinds=KINDS, data=st.data())
def test_any_tampering_is_found(
    tamper: Callable[[list[Issued], int], list[Issued]], kinds: list[LetterKind], data: st.DataObject
) -> None:
    letters, head = chain(kinds)
    at = data.draw(st.integers(0, len(letters) - 1))
    assert chain_faults(tamper(letters, at), len(letters), head)


async def test_the_route_recomputes_the_chain_from_what_is_stored(
    session: AsyncSession, officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    issuer_id = await an_issuer(leader)
    path = f"/v1/letter-issuers/{issuer_id}/chain"
    assert (await officer.get(path)).json() == {
        "issuer_id": issuer_id,
        "letters": 0,
        "head": BEGINNING,
        "intact": True,
        "faults": [],
    }
    first = await issued(officer, leader, issuer_id)
    second = await issued(officer, leader, issuer_id, supersedes_id=first["id"])
    sound = (await officer.get(path)).json()
    assert (sound["letters"], sound["intact"], sound["head"]) == (2, True, second["chain_sha256"])
    await session.execute(
        text("UPDATE supervision_letters SET content = jsonb_set(content, '{addressee}', '\"别人\"') WHERE id = :id"),
        {"id": first["id"]},
    )
    session.expire_all()
    broken = (await officer.get(path)).json()
    assert broken["intact"] is False
    assert {fault["number"] for fault in broken["faults"]} == {first["number"], second["number"], ""}
