"""The share of inspections made on terminals; those on paper are what an office has entered of them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.figures.counted import counted_rate
from services.inspection.grid.counts.service import Standing, settle
from services.inspection.paper_checks.models import PaperCheck
from services.inspection.visit_records.models import VisitRecord
from shared.contracts.figures import FigureKind
from shared.times import day_of

TERMINAL_USE = "inspection.terminal_use_rate"


async def count_visit(session: AsyncSession, record: VisitRecord) -> None:
    """A record that is complete counts as made on a terminal, on the day the visit ended."""
    assert record.ended_at is not None  # a complete record has one
    label, link, day = f"{record.kind.label}记录", f"/v1/visit-records/{record.id}", day_of(record.ended_at)
    await _settle(session, f"visit/{record.id}", Standing(record.region_code, True, label, link, day))


async def count_on_paper(session: AsyncSession, check: PaperCheck) -> None:
    """An entry counts as made without a terminal until it is withdrawn."""
    label, link = f"{check.place} · {check.document_number}", f"/v1/paper-checks/{check.id}"
    counts = Standing(check.region_code, False, label, link, check.checked_on)
    await _settle(session, f"paper/{check.id}", counts if check.withdrawn_at is None else None)


async def _settle(session: AsyncSession, subject: str, counts: Standing | None) -> None:
    await settle(session, TERMINAL_USE, subject, {subject: counts})


TERMINAL_FIGURES = (
    counted_rate(
        TERMINAL_USE,
        FigureKind.FLOW,
        "移动终端使用率",
        "其中在终端或手机网页上记录、记录完整的检查次数",
        "上述检查与当期登记的纸质检查次数之和",
        "按检查结束当日计；记录未完整的、隔离待核的、撤销登记的不计；没有登记的纸质检查平台不知道，不在分母",
    ),
)
"""Fed by `visit_records` and `paper_checks`."""
