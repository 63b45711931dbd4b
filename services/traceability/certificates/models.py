"""Tables of the certificates, of what each was made from, and of what the official forms ask for."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.certificates.problems import CertificateVoided
from services.traceability.certificates.rules import CertificateKind, IssuerRole, Source
from services.traceability.database import Base
from shared.database import Versioned
from shared.dated_rules.models import DatedRule, dated


class Certificate(Versioned, Base):
    """A paper about one lot. A commitment certificate is issued here; others are entered as they were handed over.

    `number_verified` is null: no rule for numbers of papers issued elsewhere has been read yet, so nobody checked it.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        Index(None, "business_id", "issued_at"),
        Index(None, "region_code", "issued_at"),
        Index(None, "lot_key"),
        Index(
            "uq_certificates_one_commitment_a_batch",
            "business_id",
            "lot_key",
            unique=True,
            postgresql_where=text("kind = 'commitment' AND voided_at IS NULL"),
        ),
        CheckConstraint("(kind = 'commitment') = (role IS NOT NULL)", name="commitment_has_a_form"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[CertificateKind]
    role: Mapped[IssuerRole | None]
    number: Mapped[str]
    business_id: Mapped[UUID]
    region_code: Mapped[str]
    issuer_name: Mapped[str]
    contact: Mapped[str | None]
    product_name: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    origin: Mapped[str | None]
    lot_key: Mapped[str]
    lot_code: Mapped[str]
    basis: Mapped[list[Any]]
    commitment: Mapped[str | None]
    production_id: Mapped[UUID | None]
    number_verified: Mapped[bool | None]
    issued_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    sources: Mapped[list["CertificateSource"]] = relationship(
        foreign_keys="CertificateSource.certificate_id", order_by="CertificateSource.place", lazy="raise"
    )

    def void(self, reason: str, at: datetime) -> None:
        if self.voided_at is not None:
            raise CertificateVoided
        self.voided_at, self.void_reason = at, reason
        self.advance()


class CertificateSource(Base):
    """A certificate from which a reissued one was made."""

    __tablename__ = "certificate_sources"
    __table_args__ = (Index(None, "source_id", postgresql_where=text("source_id IS NOT NULL")),)

    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("certificates.id"))
    number: Mapped[str]
    producer_name: Mapped[str | None]

    @property
    def as_source(self) -> Source:
        return Source(self.source_id, self.number)


class CertificateForm(DatedRule, Base):
    """What a commitment certificate must hold, from a day on; corrections are further rows, the last one counts."""

    __tablename__ = "certificate_forms"
    __table_args__ = (
        CheckConstraint("keep_months > 0", name="kept_for_some_time"),
        *dated("承诺达标合格证的内容", "role"),
    )

    role: Mapped[IssuerRole]
    fields: Mapped[list[Any]]
    commitment: Mapped[str]
    keep_months: Mapped[int]
