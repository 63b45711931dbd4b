"""Tables of what became of what."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.traceability.database import Base
from services.traceability.productions.problems import ReleaseAlreadyJudged
from services.traceability.productions.rules import ProductionKind
from services.traceability.units.goods import Amount
from shared.database import Versioned
from shared.dated_rules.models import DatedRule, dated


class Production(Versioned, Base):
    """Lots that went in (投料) and lots that came out. The id is made where it happened.

    `release_passed` is the release examination (出厂检验), null until it is told. `yield_outside`: the yield is one to
    ask about.
    """

    __tablename__ = "productions"
    __table_args__ = (
        Index(None, "business_id", "done_at"),
        Index(None, "region_code", "done_at"),
        CheckConstraint("(release_passed IS NULL) = (released_at IS NULL)", name="release_says_when"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[ProductionKind]
    business_id: Mapped[UUID]
    region_code: Mapped[str]
    done_at: Mapped[datetime]
    process: Mapped[str | None]
    losses: Mapped[list[Any]]
    yield_percent: Mapped[Decimal | None]
    yield_outside: Mapped[bool]
    release_passed: Mapped[bool | None]
    released_at: Mapped[datetime | None]
    release_paper: Mapped[str | None]
    release_items: Mapped[str | None]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    parts: Mapped[list["ProductionPart"]] = relationship(
        order_by="(ProductionPart.is_output, ProductionPart.number)", lazy="raise"
    )

    @property
    def inputs(self) -> list["ProductionPart"]:
        return [part for part in self.parts if not part.is_output]

    @property
    def outputs(self) -> list["ProductionPart"]:
        return [part for part in self.parts if part.is_output]

    def judge(self, *, passed: bool, at: datetime, paper: str | None, items: str) -> None:
        """The release examination has its result. Another one is another examination, of another lot."""
        if self.release_passed is not None:
            raise ReleaseAlreadyJudged("结论已经记录；重新检验的请以新的批次登记")
        self.release_passed, self.released_at, self.release_paper, self.release_items = passed, at, paper, items
        self.advance()


class ProductionPart(Base):
    """A lot that went in or came out. `content_quantity` and `content_unit` are what one piece holds, net."""

    __tablename__ = "production_parts"
    __table_args__ = (
        Index(None, "lot_key"),
        CheckConstraint("(content_quantity IS NULL) = (content_unit IS NULL)", name="content_has_its_unit"),
    )

    production_id: Mapped[UUID] = mapped_column(ForeignKey("productions.id"), primary_key=True)
    is_output: Mapped[bool] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    product_name: Mapped[str]
    lot_key: Mapped[str]
    lot_code: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    content_quantity: Mapped[Decimal | None]
    content_unit: Mapped[str | None]
    produced_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    certificates: Mapped[list[Any]]

    @property
    def amount(self) -> Amount:
        return Amount(self.quantity, self.unit)

    @property
    def content(self) -> Amount | None:
        if self.content_quantity is None or self.content_unit is None:
            return None
        return Amount(self.content_quantity, self.content_unit)


class YieldBand(DatedRule, Base):
    """Which yields are usual, in percent, from a day on: of a process, else of a product, else (both empty) of all.

    `product_key` is the key of the product that comes out.
    """

    __tablename__ = "yield_bands"
    __table_args__ = (
        CheckConstraint("least >= 0 AND least < most", name="least_below_most"),
        CheckConstraint("process = '' OR product_key = ''", name="of_a_process_or_a_product"),
        *dated("出品率的通常范围", "process", "product_key"),
    )

    process: Mapped[str]
    product_key: Mapped[str]
    name: Mapped[str]
    least: Mapped[Decimal]
    most: Mapped[Decimal]
