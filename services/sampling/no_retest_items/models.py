"""The table of items for which there is no re-test (不予复检): dated rows that are only added to."""

from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.dated_rules.models import DatedRule, dated


class NoRetestItem(DatedRule, Base):
    """From `valid_from` on, an item whose name holds `name` counts as microbiological, or (`excluded`) no longer does.

    Of several rows of one name the latest day counts, then the latest row.
    """

    __tablename__ = "no_retest_items"
    __table_args__ = dated("不予复检的微生物项目", "name")

    name: Mapped[str]
    excluded: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str]
