"""Tables of re-tests (复检): an application, what was decided on it, the laboratories, the final result, every step.

Each method is one step and refuses (`RetestStepRefused`) what is not its turn. Nothing here stops the disposal.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.sampling.database import Base
from services.sampling.proceedings.models import TimelineEntry
from services.sampling.proceedings.moments import moment_after
from services.sampling.retests.problems import RetestStepRefused
from services.sampling.retests.rules import payer_of
from shared.contracts.clocks import Authority
from shared.contracts.disposals import Payer, RetestGround, RetestState, RetestStep
from shared.contracts.statutory_sampling import Conclusion
from shared.database import Versioned
from shared.ids import uuid7

_UNDER_WAY = (RetestState.RECEIVED, RetestState.ACCEPTED, RetestState.COMMISSIONED, RetestState.UNDERTAKEN)


class Retest(Versioned, Base):
    """One application for a re-test of failed items (`items`, by name) of a sample, by one party to one case.

    `is_late` is what its window said when it was filed; it is not decided by a window whose end is provisional.
    `overturned` says whether the sample as a whole passes by it. Refused applications stay on record.
    """

    __tablename__ = "retests"
    __table_args__ = (
        Index(None, "case_id"),
        Index(None, "region_code", "id"),
        Index(
            "uq_retests_accepted",
            "sample_id",
            unique=True,
            postgresql_where="accepted_at IS NOT NULL AND state NOT IN ('withdrawn', 'refused')",
        ),
        CheckConstraint("(state = 'refused') = (ground IS NOT NULL)", name="ground_iff_refused"),
        CheckConstraint("laboratory_id <> first_laboratory_id", name="another_laboratory"),
        CheckConstraint("(conclusion IS NULL) = (payer IS NULL)", name="payer_iff_concluded"),
        CheckConstraint("NOT overturned OR conclusion = 'qualified'", name="only_a_pass_overturns"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("disposal_cases.id"))
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("result_notices.id"))
    authority: Mapped[Authority]
    region_code: Mapped[str]
    food_name: Mapped[str]
    applicant_name: Mapped[str]
    applicant_business_id: Mapped[UUID | None]
    items: Mapped[list[Any]]
    applied_at: Mapped[datetime]
    is_late: Mapped[bool]

    state: Mapped[RetestState] = mapped_column(default=RetestState.RECEIVED)
    ground: Mapped[RetestGround | None]
    accepted_at: Mapped[datetime | None]
    backup_expires_on: Mapped[date | None]
    first_laboratory_id: Mapped[UUID | None]
    laboratory_id: Mapped[UUID | None]
    refused_by: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    report_number: Mapped[str | None]
    results: Mapped[list[Any]] = mapped_column(default=list)
    conclusion: Mapped[Conclusion | None]
    overturned: Mapped[bool | None]
    payer: Mapped[Payer | None]
    ended_at: Mapped[datetime | None]

    entries: Mapped[list["RetestEntry"]] = relationship(order_by="RetestEntry.number", lazy="raise")

    def log(self, kind: RetestStep, at: datetime, **details: Any) -> None:
        """Append to the timeline (its entries must be loaded)."""
        self.entries.append(RetestEntry(number=len(self.entries) + 1, kind=kind, at=at, **details))

    def moment_of(self, given: datetime | None, present: datetime) -> datetime:
        """When a step counts (the timeline must be loaded): a re-test runs in one line, no step before the last.

        Raises `InvalidRequest` where it would run backwards.
        """
        return moment_after(given, present, [(entry.kind.label, entry.at) for entry in self.entries])

    def accept(self, at: datetime, backup_expires_on: date | None) -> None:
        """There is no ground to refuse it (which the caller has checked)."""
        self._must_be(RetestState.RECEIVED)
        self.state, self.accepted_at, self.backup_expires_on = RetestState.ACCEPTED, at, backup_expires_on

    def refuse(self, ground: RetestGround, at: datetime) -> None:
        """It is not accepted, on one ground of the closed set; it stays on record."""
        self._must_be(RetestState.RECEIVED)
        self.state, self.ground, self.ended_at = RetestState.REFUSED, ground, at

    def commission(self, laboratory_id: UUID) -> None:
        """A laboratory was drawn; never the first one, nor one that has refused."""
        self._must_be(RetestState.ACCEPTED)
        if laboratory_id in (self.first_laboratory_id, *self.refused_by):
            raise RetestStepRefused("复检机构不能是初检机构，也不能是已书面拒绝的机构")
        self.state, self.laboratory_id = RetestState.COMMISSIONED, laboratory_id

    def be_declined(self) -> None:
        """The drawn laboratory refused, with its reason; another has to be drawn."""
        self._must_be(RetestState.COMMISSIONED)
        assert self.laboratory_id is not None
        self.refused_by = [*self.refused_by, self.laboratory_id]
        self.state, self.laboratory_id = RetestState.ACCEPTED, None

    def be_undertaken(self) -> None:
        """The drawn laboratory takes it on."""
        self._must_be(RetestState.COMMISSIONED)
        self.state = RetestState.UNDERTAKEN

    def transfer_backup(self) -> None:
        """The sealed backup sample reached the laboratory."""
        self._must_be(RetestState.UNDERTAKEN)
        self.state = RetestState.TESTING

    def find_backup_spoilt(self, at: datetime) -> None:
        """The backup sample did not reach the laboratory as it was sealed: there is nothing left to test."""
        self._must_be(RetestState.UNDERTAKEN)
        self.state, self.ground, self.ended_at = RetestState.REFUSED, RetestGround.BACKUP_UNUSABLE, at

    def report(self, number: str, results: list[Any], conclusion: Conclusion, *, overturned: bool) -> None:
        """The laboratory's result, which is final."""
        self._must_be(RetestState.TESTING)
        self.state, self.report_number, self.results = RetestState.REPORTED, number, results
        self.conclusion, self.overturned, self.payer = conclusion, overturned, payer_of(conclusion)

    def tell(self, at: datetime) -> None:
        """The applicant knows the result."""
        self._must_be(RetestState.REPORTED)
        self.state, self.ended_at = RetestState.TOLD, at

    def withdraw(self, at: datetime) -> None:
        """The applicant no longer wants it; until the backup sample is with the laboratory."""
        self._must_be(*_UNDER_WAY)
        self.state, self.ended_at = RetestState.WITHDRAWN, at

    @property
    def title(self) -> str:
        """What clocks call it; it names no party."""
        return f"{self.food_name} · 复检"

    def _must_be(self, *states: RetestState) -> None:
        if self.state not in states:
            wanted = "、".join(f"“{state.label}”" for state in states)
            raise RetestStepRefused(f"这一步要求复检处于{wanted}，现在是“{self.state.label}”")


class RetestEntry(TimelineEntry, Base):
    """One line of a re-test's timeline."""

    __tablename__ = "retest_entries"
    __table_args__ = (Index(None, "retest_id", "number", unique=True),)

    retest_id: Mapped[UUID] = mapped_column(ForeignKey("retests.id"))
    kind: Mapped[RetestStep]
