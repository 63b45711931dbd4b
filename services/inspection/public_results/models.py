"""The table of bundles that are handed out as files."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.inspection.database import Base


class LivesBundle(Base):
    """The LIVES bundle of a county as it was last packed, so that a thousand readers cost one packing.

    `businesses`, `inspections` and `violations` count its rows.
    """

    __tablename__ = "lives_bundles"
    __table_args__ = (CheckConstraint("octet_length(content) > 0", name="has_content"),)

    region_code: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str]
    businesses: Mapped[int]
    inspections: Mapped[int]
    violations: Mapped[int]
