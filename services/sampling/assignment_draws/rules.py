"""The random draw of samplers and a laboratory, so that anybody can reckon it again. Pure.

Every candidate has a ticket: SHA-256 over seed (32 bytes), subject (the 16 bytes of its id) and candidate (the 16 bytes
of his id). The lowest tickets of those not excluded win. A ticket depends on nothing but these three, so that nobody's
chance changes by who else stands on the roster, by the order of the roster, or by what is known of the candidates; and
as no ticket is preferred, every order of the candidates is equally likely.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

ALGORITHM = "sha256-ticket-1"
"""Stored with every draw: a later algorithm has another name, and old draws are reckoned again with their own."""

SEED_BYTES = 32


class Candidate(NamedTuple):
    """Somebody on the roster. `facts` (JSON) are what his fitness was judged by; `excluded_because` is None if fit."""

    id: UUID
    name: str
    organisation_id: UUID
    facts: Mapping[str, Any]
    excluded_because: str | None

    def as_row(self) -> dict[str, Any]:
        """The candidate as it stands on the stored roster."""
        return {
            "id": str(self.id),
            "name": self.name,
            "organisation_id": str(self.organisation_id),
            "facts": dict(self.facts),
            "excluded_because": self.excluded_because,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Candidate":
        return cls(
            UUID(row["id"]), row["name"], UUID(row["organisation_id"]), dict(row["facts"]), row["excluded_because"]
        )


class Result(NamedTuple):
    """Who was drawn: the samplers in the order of their tickets, and the laboratory."""

    samplers: tuple[UUID, ...]
    laboratory: UUID


class TooFewCandidatesError(ValueError):
    """Fewer are fit than are to be drawn; the message (Chinese) says how many of whom."""


def roster_of(samplers: Iterable[Candidate], laboratories: Iterable[Candidate]) -> dict[str, list[dict[str, Any]]]:
    """The roster as it is stored and hashed: rows in the order of their ids."""
    return {
        "samplers": _rows(samplers),
        "laboratories": _rows(laboratories),
    }


def _rows(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    return sorted((candidate.as_row() for candidate in candidates), key=lambda row: str(row["id"]))


def roster_digest(roster: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the roster as canonical JSON: keys sorted, no blanks, UTF-8."""
    text = json.dumps(roster, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def ticket(seed: bytes, subject: UUID, candidate: UUID) -> bytes:
    return hashlib.sha256(seed + subject.bytes + candidate.bytes).digest()


def in_order_of_tickets(tickets: Mapping[UUID, bytes]) -> list[UUID]:
    """The candidates, the lowest ticket first (equal tickets, which nobody has seen yet, by id)."""
    return sorted(tickets, key=lambda candidate: (tickets[candidate], candidate))


def tickets_of(seed: bytes, subject: UUID, candidates: Iterable[Candidate]) -> dict[UUID, bytes]:
    """The tickets of all candidates, the excluded ones too, so that everybody can look up his own."""
    return {candidate.id: ticket(seed, subject, candidate.id) for candidate in candidates}


def draw(
    seed: bytes, subject: UUID, samplers: Iterable[Candidate], laboratories: Iterable[Candidate], *, wanted: int
) -> Result:
    """Draw `wanted` samplers, then a laboratory that is no organisation of theirs. Raises TooFewCandidatesError."""
    fit_samplers = {one.id: one for one in samplers if one.excluded_because is None}
    if len(fit_samplers) < wanted:
        raise TooFewCandidatesError(f"需要 {wanted} 名抽样人员，符合条件的只有 {len(fit_samplers)} 名")
    drawn = in_order_of_tickets(tickets_of(seed, subject, fit_samplers.values()))[:wanted]
    houses = {fit_samplers[one].organisation_id for one in drawn}
    fit = [one for one in laboratories if one.excluded_because is None]
    apart = [one for one in fit if one.organisation_id not in houses]
    if not apart:
        raise TooFewCandidatesError("符合条件的检验机构都是所抽抽样人员的所属机构" if fit else "没有符合条件的检验机构")
    first, *_ = in_order_of_tickets(tickets_of(seed, subject, apart))
    return Result(tuple(drawn), first)


def agrees(
    *,
    algorithm: str,
    seed: bytes,
    subject: UUID,
    roster: Mapping[str, Any],
    digest: str,
    tickets: Mapping[str, str],
    samplers: Sequence[UUID],
    laboratory: UUID,
) -> bool:
    """Whether a stored draw is what its own seed and roster give, reckoned from nothing else."""
    people, houses = ([Candidate.from_row(row) for row in roster[kind]] for kind in ("samplers", "laboratories"))
    expected = {str(one): ticket.hex() for one, ticket in tickets_of(seed, subject, (*people, *houses)).items()}
    if (algorithm, digest, dict(tickets)) != (ALGORITHM, roster_digest(roster), expected):
        return False
    try:
        result = draw(seed, subject, people, houses, wanted=len(samplers))
    except TooFewCandidatesError:
        return False
    return (result.samplers, result.laboratory) == (tuple(samplers), laboratory)
