"""The figures of facilities: open kitchens, videos of workshops, waste, separators."""

from services.inspection.facilities.rules import SHARES
from services.inspection.figures.counted import counted_rate
from shared.contracts.figures import FigureKind

FACILITY_FIGURES = tuple(
    counted_rate(
        code,
        FigureKind.STOCK,
        share.name,
        f"其中现有{share.facility.label}登记的主体数",
        f"期末在档的{share.whom}主体数",
        "只数已登记过这种设施的县（市、区），没有登记过的为暂无数据；登记、结束、建档、注销、迁移自办理之日起计",
    )
    for code, share in SHARES.items()
)
"""Fed through `grid.counts.service.settle`, one share a figure."""
