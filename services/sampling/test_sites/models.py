"""Tables of the places that test: markets with stalls, other rooms, and the few fields of businesses kept here."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from services.sampling.test_sites.rules import Seller
from shared.contracts.sampling import SiteKind
from shared.database import Versioned
from shared.ids import uuid7


class Site(Versioned, Base):
    """A market or other place with a rapid-test room. `code` is what the operator and his devices call it.

    A market operator (集中交易市场开办者) acts for the sites whose `operator_business_id` is his own business.
    """

    __tablename__ = "test_sites"
    __table_args__ = (
        Index(None, "code", unique=True),
        Index(None, "region_code", "id"),
        Index(None, "operator_business_id"),
        Index(None, "operator_uscc"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[SiteKind]
    region_code: Mapped[str]
    address: Mapped[str | None]
    operator_name: Mapped[str | None]
    operator_uscc: Mapped[str | None]
    operator_business_id: Mapped[UUID | None]
    active: Mapped[bool] = mapped_column(default=True)


class SiteMovement(Base):
    """A site came into use in a region (+1) or went out of use there (-1); what the number of sites is counted from."""

    __tablename__ = "test_site_movements"
    __table_args__ = (Index(None, "site_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("test_sites.id"))
    region_code: Mapped[str]
    day: Mapped[date]
    change: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Stall(Base):
    """A numbered stall of a site and who sells there, from `valid_from` until the day before `valid_to`.

    A change of seller is a new row, so that an old test still points to the seller of its day.
    """

    __tablename__ = "test_site_stalls"
    __table_args__ = (
        Index(None, "site_id", "number", "valid_from", unique=True),
        Index(None, "seller_uscc"),
        Index(None, "seller_business_id"),
        CheckConstraint("valid_to > valid_from", name="valid_to_after_valid_from"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("test_sites.id"))
    number: Mapped[str]
    seller_name: Mapped[str | None]
    seller_uscc: Mapped[str | None]
    seller_business_id: Mapped[UUID | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    @classmethod
    def beginning(cls, site_id: UUID, number: str, seller: Seller, valid_from: date) -> Self:
        """A stall whose seller begins on `valid_from`."""
        return cls(
            site_id=site_id,
            number=number,
            seller_name=seller.name,
            seller_uscc=seller.uscc,
            seller_business_id=seller.business_id,
            valid_from=valid_from,
        )

    @property
    def seller(self) -> Seller:
        return Seller(self.seller_name, self.seller_uscc, self.seller_business_id)

    def covers(self, day: date) -> bool:
        """Whether this row tells who sold here on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def end(self, day: date) -> None:
        """Somebody else sells here from `day` on. Only the last row of a stall may end, and only once."""
        if self.valid_to is not None:
            raise ValueError(f"stall {self.id} has already ended on {self.valid_to}")
        self.valid_to = day


class Business(Base):
    """What sampling keeps of a business; the register is kept by inspection and arrives by events.

    `merged_into` is the business whose file goes on when this one turned out to be its duplicate.
    """

    __tablename__ = "businesses"
    __table_args__ = (Index(None, "uscc"), Index(None, "merged_into", postgresql_where="merged_into IS NOT NULL"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    uscc: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[str]
    region_code: Mapped[str]
    status: Mapped[str]
    merged_into: Mapped[UUID | None]
    version: Mapped[int]
