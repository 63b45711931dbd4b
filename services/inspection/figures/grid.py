"""The figures of the grid: places with an officer, training, supervision visits, clues answered."""

from services.inspection.figures.counted import counted_rate
from services.inspection.grid.counts.service import CLUES_IN_TIME, COVERAGE, QUARTERLY_VISITS, TRAINING_HOURS
from shared.contracts.figures import FigureKind

GRID_FIGURES = (
    counted_rate(
        COVERAGE,
        FigureKind.STOCK,
        "网格责任人覆盖率",
        "期末有责任人的村级网格数",
        "期末村（社区）与自设村级网格数",
        "只数已开始登记网格任职的县（市、区），未登记的为暂无数据；上级网格的责任人不顶替村级；任免补登的自登记之日起计",
    ),
    counted_rate(
        TRAINING_HOURS,
        FigureKind.FLOW,
        "年度培训学时达标率",
        "当年累计学时达到要求的人数",
        "年末在册（当年为现在册）且有学时要求的人数",
        "每人每年记一次，记在 12 月 31 日；学时要求为分日期的规则，没有规则的人群不计；当年未满时为至今的进度",
    ),
    counted_rate(
        QUARTERLY_VISITS,
        FigureKind.FLOW,
        "包保季度督导率",
        "按规定次数督导的包保关系季度数",
        "已督导的与季末仍缺的包保关系季度数之和",
        "包保关系整季存续的才应督导；记在季度最后一天；季度未结束又未督导的不计入",
    ),
    counted_rate(
        CLUES_IN_TIME,
        FigureKind.FLOW,
        "网格线索按时答复率",
        "在期限内答复的线索数",
        "当期按时答复的与当期到期而未按时答复的线索数之和",
        "未到期且未答复的不计入；按时的计入答复当日，未按时的计入到期当日；期限为本地设定，法律未规定",
    ),
)
