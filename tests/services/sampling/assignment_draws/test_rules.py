"""The draw itself: anybody can reckon it again, nobody is preferred, and who cannot be drawn changes nothing."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, permutations
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.assignment_draws.rules import (
    Candidate,
    TooFewCandidatesError,
    draw,
    in_order_of_tickets,
    roster_digest,
    roster_of,
    ticket,
    tickets_of,
)

SEED, TASK = bytes(range(32)), UUID(int=0xABC)

seeds = st.binary(min_size=32, max_size=32)
ids = st.uuids()


def candidate(number: int, *, house: int | None = None, because: str | None = None) -> Candidate:
    """An invented candidate; unless said otherwise each is of a house of its own."""
    return Candidate(UUID(int=number), f"演示{number}", UUID(int=house or number), {"active": True}, because)


@st.composite
def rosters(draws: st.DrawFn, *, least: int) -> list[Candidate]:
    chosen = draws(st.lists(ids, min_size=least, max_size=12, unique=True))
    return [Candidate(one, "演示", one, {}, None) for one in chosen]


def test_a_ticket_is_what_the_guide_says_it_is() -> None:
    by_hand = hashlib.sha256(SEED + TASK.bytes + UUID(int=7).bytes).digest()
    assert ticket(SEED, TASK, UUID(int=7)) == by_hand


def test_the_digest_is_that_of_plain_json_whatever_the_order_of_the_rows() -> None:
    one, other = candidate(1), candidate(2, because="2 日请假")
    text = json.dumps(
        {"laboratories": [], "samplers": [one.as_row(), other.as_row()]},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    assert roster_digest(roster_of([other, one], [])) == hashlib.sha256(text.encode()).hexdigest()
    assert roster_digest(roster_of([one, candidate(2)], [])) != hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_every_order_and_every_pair_belongs_to_equally_many_deals_of_the_tickets(size: int) -> None:
    """Tickets are equally distributed and independent of the candidates, so each deal of them is equally likely; each
    deal gives another order, so each order is equally likely too.
    """
    candidates = [UUID(int=number) for number in range(size)]
    dealt = [bytes([number]) * 32 for number in range(size)]
    orders = [tuple(in_order_of_tickets(dict(zip(candidates, deal, strict=True)))) for deal in permutations(dealt)]
    assert Counter(orders) == dict.fromkeys(permutations(candidates), 1)
    pairs = Counter(frozenset(order[:2]) for order in orders)
    assert pairs == dict.fromkeys(map(frozenset, combinations(candidates, 2)), len(orders) // len(pairs))


@given(seeds, ids, rosters(least=2), rosters(least=1), st.randoms())
def test_the_result_depends_on_seed_subject_and_ids_only(
    seed: bytes, subject: UUID, people: list[Candidate], houses: list[Candidate], shuffle: Random
) -> None:
    again, there = list(people), list(houses)
    shuffle.shuffle(again)
    shuffle.shuffle(there)
    renamed = [one._replace(name="另名", facts={"valid_to": "2030-01-01"}) for one in again]
    try:
        first = draw(seed, subject, people, houses, wanted=2)
    except TooFewCandidatesError:
        return
    assert draw(seed, subject, renamed, there, wanted=2) == first


@given(seeds, ids, rosters(least=2), rosters(least=1), st.lists(ids, max_size=4, unique=True))
def test_who_cannot_be_drawn_changes_nothing(
    seed: bytes, subject: UUID, people: list[Candidate], houses: list[Candidate], more: Sequence[UUID]
) -> None:
    known = {one.id for one in (*people, *houses)}
    unfit = [Candidate(one, "演示", one, {}, "资格已过期") for one in more if one not in known]
    try:
        first = draw(seed, subject, people, houses, wanted=2)
    except TooFewCandidatesError:
        with pytest.raises(TooFewCandidatesError):
            draw(seed, subject, [*unfit, *people], [*unfit, *houses], wanted=2)
        return
    assert draw(seed, subject, [*unfit, *people], [*unfit, *houses], wanted=2) == first


@given(seeds, ids, rosters(least=3))
def test_one_more_fit_candidate_leaves_the_order_of_the_others(
    seed: bytes, subject: UUID, people: list[Candidate]
) -> None:
    *fewer, newcomer = people
    order = in_order_of_tickets(tickets_of(seed, subject, people))
    assert [one for one in order if one != newcomer.id] == in_order_of_tickets(tickets_of(seed, subject, fewer))


@given(seeds, ids, st.integers(2, 4))
def test_samplers_are_distinct_and_the_laboratory_is_no_house_of_theirs(
    seed: bytes, subject: UUID, wanted: int
) -> None:
    people = [candidate(number, house=100 + number % 2) for number in range(1, 7)]
    houses = [candidate(number) for number in (100, 101, 102)]
    result = draw(seed, subject, people, houses, wanted=wanted)
    assert len(set(result.samplers)) == wanted
    drawn_houses = {one.organisation_id for one in people if one.id in result.samplers}
    assert result.laboratory not in drawn_houses


def test_too_few_are_said_in_words() -> None:
    people = [candidate(1), candidate(2, because="资格已过期")]
    with pytest.raises(TooFewCandidatesError, match="需要 2 名抽样人员，符合条件的只有 1 名"):
        draw(SEED, TASK, people, [candidate(9)], wanted=2)
    with pytest.raises(TooFewCandidatesError, match="没有符合条件的检验机构"):
        draw(SEED, TASK, [], [candidate(9, because="停用")], wanted=0)
    with pytest.raises(TooFewCandidatesError, match="所属机构"):
        draw(SEED, TASK, [candidate(1, house=9), candidate(2, house=9)], [candidate(9)], wanted=2)
