"""What intake is given and what it answers: records side by side, column by column, from a file as from JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.sampling.rapid_tests.rules import Finding, Tally
from shared.contracts.codes import RowOutcome
from shared.http.problems import FieldError

QUANTITIES = ("quantity_in", "quantity_kept", "quantity_destroyed")


@dataclass(slots=True)
class Batch:
    """Records as they came: values by field, each list as long as the batch, None where nothing was said.

    `errors` are faults already found, by index. `place_of` gives an error its place: row and column, or a pointer.
    `may_be_here` is False for a correction, which says again what is here. `signed_by` is the device that signed all of
    it.
    """

    count: int
    values: Mapping[str, Sequence[Any]]
    same: Mapping[str, Any]
    place_of: Callable[[int, str, str, str], FieldError]
    errors: dict[int, list[FieldError]] = field(default_factory=dict)
    ids: Sequence[UUID] | None = None
    row_numbers: Sequence[int] | None = None
    default_unit: str | None = None
    may_be_here: bool = True
    signed_by: UUID | None = None

    def column(self, name: str) -> Sequence[Any]:
        return self.values.get(name) or [None] * self.count

    def reject(self, index: int, name: str, message: str, code: str) -> None:
        self.errors.setdefault(index, []).append(self.place_of(index, name, message, code))


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a record that was not simply accepted."""

    outcome: RowOutcome
    test_id: UUID | None
    errors: Sequence[FieldError]


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of a batch. `exceptions` by index; every other record was accepted under `ids[index]`.

    `tallies` and `positives` (ids of tests) are what it counts and what the whistle is blown for.
    """

    at: datetime
    ids: Sequence[bytes]
    findings: Sequence[Finding]
    exceptions: Mapping[int, Answer]
    tallies: Sequence[Tally]
    positives: Sequence[UUID]
    counts: Mapping[str, int]
