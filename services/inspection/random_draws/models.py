"""Tables of random draws (双随机). A draw goes forward only; what was frozen, pledged and changed is only appended.

Each method of `RandomDraw` is one step and refuses (`DrawStepRefused`) what the order of things does not allow: nothing
can be chosen any more once it could be known what comes of it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base
from services.inspection.random_draws.codes import (
    ChangeKind,
    DrawEntryKind,
    DrawnVisitState,
    DrawPurpose,
    DrawState,
    EntropyMode,
    PartName,
)
from services.inspection.random_draws.problems import DrawStepRefused
from shared.database import Versioned
from shared.ids import uuid7


class RandomDraw(Versioned, Base):
    """One draw of businesses and inspectors.

    `counts` sums up the frozen rosters for readers. `commitment` is what was published before the draw; `outside` is
    the outside randomness of a beacon or public number as it was told (witnesses have rows of their own). `reveal` and
    `seed` are null until the draw. `replaces_id` names the draw that this one takes the place of, for `reason`. From
    `opened_at` on everybody may read the whole of it.
    """

    __tablename__ = "random_draws"
    __table_args__ = (
        Index(None, "region_code", "id"),
        Index(None, "replaces_id", unique=True),
        CheckConstraint("(replaces_id IS NULL) = (reason = '')", name="redraw_says_why"),
        CheckConstraint("num_nulls(commitment, commitment_sha256, entropy_mode, committed_at) IN (0, 4)", name="whole"),
        CheckConstraint("num_nulls(seed, reveal, drawn_at) IN (0, 3)", name="drawn_whole"),
        CheckConstraint("seed IS NULL OR commitment IS NOT NULL", name="committed_before_drawn"),
        CheckConstraint("(state IN ('drawn', 'announced')) <= (seed IS NOT NULL)", name="drawn_has_seed"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_says_when"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    title: Mapped[str]
    purpose: Mapped[DrawPurpose]
    region_code: Mapped[str]
    state: Mapped[DrawState] = mapped_column(default=DrawState.FROZEN)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("random_draws.id"))
    reason: Mapped[str] = mapped_column(default="")
    counts: Mapped[dict[str, Any]]
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[UUID]
    frozen_by_name: Mapped[str]
    entropy_mode: Mapped[EntropyMode | None]
    commitment: Mapped[dict[str, Any] | None]
    commitment_sha256: Mapped[str | None]
    committed_at: Mapped[datetime | None]
    outside: Mapped[dict[str, Any] | None]
    reveal: Mapped[dict[str, Any] | None]
    seed: Mapped[str | None]
    drawn_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]

    def ensure(self, *states: DrawState) -> None:
        """Raises `DrawStepRefused` in any other state."""
        if self.state not in states:
            wanted = "、".join(state.label for state in states)
            raise DrawStepRefused(f"这一步在「{wanted}」时办理，现在是「{self.state.label}」")

    def promise(self, mode: EntropyMode, commitment: dict[str, Any], sha256: str, at: datetime) -> None:
        """Publish the hashes; from now on nothing that goes into the seed can be chosen by the bureau."""
        self.ensure(DrawState.FROZEN)
        self.state, self.entropy_mode = DrawState.COMMITTED, mode
        self.commitment, self.commitment_sha256, self.committed_at = commitment, sha256, at
        self.advance()

    def tell(self, outside: dict[str, Any]) -> None:
        """Put on record what a beacon or public number gave. Once."""
        self.ensure(DrawState.COMMITTED)
        if self.outside is not None:
            raise DrawStepRefused("外部随机数已经登记，不能更改；确有错误的，抽取后写明理由另行抽取")
        self.outside = outside
        self.advance()

    def draw(self, reveal: dict[str, Any], seed: str, at: datetime) -> None:
        """Open the secret and draw."""
        self.ensure(DrawState.COMMITTED)
        self.state, self.reveal, self.seed, self.drawn_at = DrawState.DRAWN, reveal, seed, at
        self.advance()

    def announce(self, at: datetime) -> None:
        """Show everybody everything."""
        self.ensure(DrawState.DRAWN)
        self.state, self.announced_at, self.opened_at = DrawState.ANNOUNCED, at, at
        self.advance()

    def cancel(self, at: datetime) -> None:
        """Another draw takes its place; this one stays to be seen, drawn or not."""
        if self.state is DrawState.CANCELLED:
            raise DrawStepRefused("这次抽取已经作废，请从代替它的那一次再另行抽取")
        self.state, self.cancelled_at = DrawState.CANCELLED, at
        if self.purpose is not DrawPurpose.FLIGHT:
            self.opened_at = self.opened_at or at
        self.advance()

    def open(self, at: datetime) -> None:
        """An unannounced inspection that was cancelled is told of when the one in its place is."""
        self.opened_at = self.opened_at or at
        self.advance()

    @property
    def is_secret(self) -> bool:
        """Whether whom it hit, or would have hit, is for few: an unannounced inspection that is not over."""
        return self.purpose is DrawPurpose.FLIGHT and self.opened_at is None

    @property
    def is_open(self) -> bool:
        """Whether everybody may read the result and calculate it again."""
        return self.seed is not None and self.opened_at is not None


class DrawPart(Base):
    """A part of a bundle as canonical JSON, compressed. `number` counts the changes that went into a result, else 0."""

    __tablename__ = "random_draw_parts"

    draw_id: Mapped[UUID] = mapped_column(ForeignKey("random_draws.id"), primary_key=True)
    name: Mapped[PartName] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]


class DrawSecret(Base):
    """The bureau's own secret. It is read in one place: when the draw is made and everything else is known."""

    __tablename__ = "random_draw_secrets"

    draw_id: Mapped[UUID] = mapped_column(ForeignKey("random_draws.id"), primary_key=True)
    secret: Mapped[str]


class DrawPledge(Base):
    """A witness's hash, which was there before the commitment. It never changes."""

    __tablename__ = "random_draw_pledges"
    __table_args__ = (Index(None, "draw_id", "nonce_sha256", unique=True),)

    draw_id: Mapped[UUID] = mapped_column(ForeignKey("random_draws.id"), primary_key=True)
    witness_id: Mapped[UUID] = mapped_column(primary_key=True)
    witness_name: Mapped[str]
    nonce_sha256: Mapped[str]
    pledged_at: Mapped[datetime]


class DrawNonce(Base):
    """What a witness's hash was made of, handed in after the commitment. It fits the hash, or it is not kept."""

    __tablename__ = "random_draw_nonces"

    draw_id: Mapped[UUID] = mapped_column(ForeignKey("random_draws.id"), primary_key=True)
    witness_id: Mapped[UUID] = mapped_column(primary_key=True)
    nonce: Mapped[str]
    opened_at: Mapped[datetime]


class DrawChange(Base):
    """A replacement or recusal after the draw, in the order in which it counts. Everybody will read `reason`."""

    __tablename__ = "random_draw_changes"

    draw_id: Mapped[UUID] = mapped_column(ForeignKey("random_draws.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ChangeKind]
    subject: Mapped[str]
    inspector: Mapped[str | None]
    reason: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]

    def as_row(self) -> dict[str, str]:
        """As it stands in the bundle."""
        named = {} if self.inspector is None else {"inspector": self.inspector}
        return {"kind": self.kind.value, "subject": self.subject, **named, "reason": self.reason}


class DrawEntry(Base):
    """One line of a draw's history: the audit of its ceremony. `note` never holds a secret, nonce or seed."""

    __tablename__ = "random_draw_entries"

    draw_id: Mapped[UUID] = mapped_column(ForeignKey("random_draws.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DrawEntryKind]
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    note: Mapped[str]


class DrawnVisit(Versioned, Base):
    """A visit that was drawn. `place` is its number in the assignments of the result, kept through replacements.

    `inspectors` are rows `{"id", "name", "team"}` as frozen, `user_ids` their accounts; `wanted` how many were to be
    sent. Where fewer may, the authority above lends others (`lent`). `record_id` is the visit's record. `not_found`
    tells of a business that was not there: `{"at", "words", "evidence", "by", "by_name"}`.
    """

    __tablename__ = "drawn_visits"
    __table_args__ = (
        Index(None, "draw_id", "place"),
        Index(None, "business_id"),
        Index(None, "region_code", "id"),
        Index(None, "user_ids", postgresql_using="gin"),
        Index("ix_drawn_visits_one_a_place", "draw_id", "place", unique=True, postgresql_where="state <> 'replaced'"),
        CheckConstraint("(state = 'completed') = (record_id IS NOT NULL)", name="completed_names_its_record"),
        CheckConstraint("(state = 'not_found') = (not_found IS NOT NULL)", name="not_found_says_how"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    draw_id: Mapped[UUID] = mapped_column(ForeignKey("random_draws.id"))
    place: Mapped[int]
    business_id: Mapped[UUID] = mapped_column(ForeignKey("businesses.id"))
    business_name: Mapped[str]
    region_code: Mapped[str]
    stratum: Mapped[str]
    inspectors: Mapped[list[Any]]
    user_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    wanted: Mapped[int]
    lent: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[DrawnVisitState] = mapped_column(default=DrawnVisitState.SCHEDULED)
    scheduled_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    record_id: Mapped[UUID | None]
    not_found: Mapped[dict[str, Any] | None]

    @property
    def missing(self) -> int:
        """How many inspectors the authority above has yet to lend."""
        return max(self.wanted - len(self.inspectors) - len(self.lent), 0)

    def ensure_scheduled(self) -> None:
        if self.state is not DrawnVisitState.SCHEDULED:
            raise DrawStepRefused(f"这户{self.state.label}，不能再变动")

    def end(self, state: DrawnVisitState, at: datetime, record_id: UUID | None = None) -> None:
        """The visit was made, or will not be."""
        self.ensure_scheduled()
        self.state, self.changed_at, self.record_id = state, at, record_id
        self.advance()

    def miss(self, told: dict[str, Any], at: datetime) -> None:
        """Those who were sent went, and nobody was there."""
        self.end(DrawnVisitState.NOT_FOUND, at)
        self.not_found = told

    def send(self, inspectors: list[dict[str, str]], user_ids: list[UUID], at: datetime) -> None:
        """Others go."""
        self.ensure_scheduled()
        self.inspectors, self.user_ids, self.changed_at = inspectors, user_ids, at
        self.advance()

    def lend(self, people: list[dict[str, str]], user_ids: list[UUID], at: datetime) -> None:
        """The authority above sends some of its own where too few may go."""
        self.ensure_scheduled()
        if not self.missing:
            raise DrawStepRefused("这户的检查人员已经够了")
        self.lent = [*self.lent, *people]
        self.user_ids, self.changed_at = [*self.user_ids, *user_ids], at
        self.advance()
