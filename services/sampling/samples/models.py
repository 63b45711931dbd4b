"""Tables of samples (样品与抽样单): what was taken, from whom, and everything that happened to it.

A sample is `draft` on the terminal, `taken` when both parties signed, `received` by the laboratory, `reported` when the
laboratory issued its report and `concluded` when the bureau has the conclusion. A report returned for correction takes
it back to `received`; nothing is deleted. Each method is one step and refuses (`SampleStepRefused`) what is not its
turn.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.sampling.database import Base
from services.sampling.samples.blind_codes import new_blind_code
from services.sampling.samples.problems import SampleStepRefused
from shared.contracts.statutory_sampling import Conclusion, Link, SampleState, Stream
from shared.database import Versioned
from shared.ids import uuid7

SAMPLE_NUMBERS = Sequence("sample_numbers", metadata=Base.metadata)
"""Running numbers of forms that came without one. A rolled-back form leaves a gap; nobody waits for a number."""


class Sample(Versioned, Base):
    """One sample with its form (抽样单). `id` is made by the terminal that took it.

    `form` holds the national form whole, as it was sent (`SampleForm`); the other columns repeat of it what is
    searched, counted or judged by. `revision` is the terminal's own count of its changes to the draft.
    `category_code` is the deepest known node of the food category tree, `region_code` where it was taken, `bureau_code`
    the county whose bureau organised it. The laboratory sees it under `blind_code` only.
    """

    __tablename__ = "samples"
    __table_args__ = (
        Index(None, "number", unique=True),
        Index(None, "blind_code", unique=True),
        Index(None, "region_code", "id"),
        Index(None, "bureau_code", "sampled_on"),
        Index(None, "task_id"),
        Index(None, "business_id", postgresql_where="business_id IS NOT NULL"),
        Index(None, "created_by", "id"),
        Index(None, "lot_code", postgresql_where="lot_code IS NOT NULL"),
        Index(None, "form", postgresql_using="gin", postgresql_ops={"form": "jsonb_path_ops"}),
        CheckConstraint("state IN ('draft', 'refused', 'voided') OR number IS NOT NULL", name="numbered_once_taken"),
        CheckConstraint("(state = 'concluded') = (conclusion IS NOT NULL)", name="conclusion_iff_concluded"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    number: Mapped[str | None]
    blind_code: Mapped[str] = mapped_column(default=new_blind_code)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("sampling_tasks.id"))
    stream: Mapped[Stream]
    link: Mapped[Link]
    task_source: Mapped[str]
    region_code: Mapped[str]
    bureau_code: Mapped[str]
    category_code: Mapped[str | None]
    food_name: Mapped[str]
    business_id: Mapped[UUID | None]
    sampled_party_name: Mapped[str]
    sampled_party_uscc: Mapped[str | None]
    producer_name: Mapped[str | None]
    producer_uscc: Mapped[str | None]
    lot_code: Mapped[str | None]
    production_date: Mapped[date | None]
    sampled_on: Mapped[date]
    form: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)

    state: Mapped[SampleState] = mapped_column(default=SampleState.DRAFT)
    laboratory_id: Mapped[UUID | None]
    taken_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    conclusion: Mapped[Conclusion | None]
    concluded_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID | None]

    entries: Mapped[list["SampleEntry"]] = relationship(order_by="SampleEntry.number", lazy="raise")

    def log(self, kind: str, at: datetime, **details: Any) -> None:
        """Append to the history (its entries must be loaded); `details` are the other fields of the entry."""
        self.entries.append(SampleEntry(number=len(self.entries) + 1, kind=kind, at=at, **details))

    def take(self, number: str, at: datetime) -> None:
        """The form is complete and signed, the sample sealed."""
        self._must_be(SampleState.DRAFT)
        self.state, self.number, self.taken_at = SampleState.TAKEN, number, at

    def refuse(self) -> None:
        """The operator would not let a sample be taken; the refusal itself is the record."""
        self._must_be(SampleState.DRAFT)
        self.state = SampleState.REFUSED

    def correct(self) -> None:
        """The form is put right. Once a report was issued by it, the report has to be returned first."""
        self._must_be(SampleState.TAKEN, SampleState.RECEIVED)

    def receive(self, laboratory_id: UUID, at: datetime) -> None:
        """The laboratory found seals and contents in order."""
        self._must_be(SampleState.TAKEN)
        self.state, self.laboratory_id, self.received_at = SampleState.RECEIVED, laboratory_id, at

    def reject(self) -> None:
        """The laboratory would not take it (broken seal, wrong contents), with a written reason."""
        self._must_be(SampleState.TAKEN)
        self.state = SampleState.REJECTED

    def report(self, at: datetime) -> None:
        """The laboratory issued its report."""
        self._must_be(SampleState.RECEIVED)
        self.state, self.reported_at = SampleState.REPORTED, at

    def return_to_laboratory(self) -> None:
        """The bureau returned the report for correction. The report and its return stay in the history."""
        self._must_be(SampleState.REPORTED, SampleState.CONCLUDED)
        self.state, self.reported_at, self.conclusion, self.concluded_at = SampleState.RECEIVED, None, None, None

    def conclude(self, conclusion: Conclusion, at: datetime) -> None:
        """The bureau accepted the report."""
        self._must_be(SampleState.REPORTED)
        self.state, self.conclusion, self.concluded_at = SampleState.CONCLUDED, conclusion, at

    def conclude_anew(self, conclusion: Conclusion, at: datetime) -> None:
        """The re-test is final and says otherwise. The first conclusion stays in the history, beside its report."""
        self._must_be(SampleState.CONCLUDED)
        self.conclusion, self.concluded_at = conclusion, at

    def void(self) -> None:
        """The sample does not count (mistake, breach of procedure); until there is a conclusion."""
        self._must_be(SampleState.DRAFT, SampleState.TAKEN, SampleState.REJECTED, SampleState.RECEIVED)
        self.state = SampleState.VOIDED

    def _must_be(self, *states: SampleState) -> None:
        if self.state not in states:
            wanted = "、".join(f"“{state.label}”" for state in states)
            raise SampleStepRefused(f"这一步要求样品处于{wanted}，现在是“{self.state.label}”")


class SampleEntry(Base):
    """One line of a sample's history, which only grows. `at`: when it counts; `recorded_at`: when it was written."""

    __tablename__ = "sample_entries"
    __table_args__ = (Index(None, "sample_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"))
    number: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SampleAttachment(Base):
    """A photo, film or document that forms name by its SHA-256 (hex); its bytes lie in the data folder."""

    __tablename__ = "sample_attachments"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str]
    uploaded_by: Mapped[UUID]
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SampleAttachmentSender(Base):
    """Somebody who has sent every byte of a file. Knowing its hash proves nothing: a form that names it shows it to
    others only where somebody who works on that sample has sent it.
    """

    __tablename__ = "sample_attachment_senders"

    sha256: Mapped[str] = mapped_column(ForeignKey("sample_attachments.sha256"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
