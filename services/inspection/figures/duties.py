"""The figures of duties that end in a record: results published, letters answered, cases filed, exams passed."""

from collections.abc import Mapping

from services.inspection.figures.counted import counted_rate, rows_of
from services.inspection.trainings.codes import TraineeGroup
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure

RESULTS_IN_TIME = "inspection.results_published_in_time"
FILING_RATE = "inspection.filing_rate"
LETTERS_ISSUED = "inspection.supervision_letters_issued"
LETTERS_ANSWERED = "inspection.letters_answered_in_time"
CLUES_SUBSTANTIATED = "inspection.clues_substantiated_rate"
EXAMS_PASSED: Mapping[TraineeGroup, str] = {group: f"inspection.{group.value}_exam_pass_rate" for group in TraineeGroup}

_COUNT_OF_LETTERS = Figure(
    FigureDefinition(
        code=LETTERS_ISSUED,
        name="三书一函发出数",
        kind=FigureKind.FLOW,
        unit="件",
        numerator="当期签发的挂牌督办、责任约谈、责令整改、提醒敦促文书件数",
        denominator=None,
        higher_is_better=None,
        decimals=0,
        version=1,
        note="按签发日计；被新文书取代的仍计，取代它的另计",
    ),
    rows_of(LETTERS_ISSUED),
)


def _exam_pass_rate(group: TraineeGroup) -> Figure:
    return counted_rate(
        EXAMS_PASSED[group],
        FigureKind.FLOW,
        f"考核合格率：{group.label}",
        "其中合格（含补考合格）的人次",
        "当期考试中参加考核的人次",
        "一人一场考试算一人次，记在考试举行之日；没有参加的不计；补考合格的改计合格",
    )


DUTY_FIGURES = (
    counted_rate(
        RESULTS_IN_TIME,
        FigureKind.FLOW,
        "检查结果按期公布率",
        "在期限内公布的检查结果数",
        "当期按期公布的与当期到期而未按期公布的检查结果数之和",
        "期限见 49 号令第三十九条；按期的计入公布当日，逾期的计入到期当日；未到期且未公布的不计入",
    ),
    counted_rate(
        FILING_RATE,
        FigureKind.FLOW,
        "立案查处率",
        "其中已立案的问题数",
        "当期检查发现的问题数",
        "按发现问题之日计，以后立案的改计；撤销的不计；不予立案的在分母；人工登记的、投诉举报和案件中的不计",
    ),
    _COUNT_OF_LETTERS,
    counted_rate(
        LETTERS_ANSWERED,
        FigureKind.FLOW,
        "三书一函按期答复率",
        "在期限内答复的文书件数",
        "当期按期答复的与当期到期而未按期答复的文书件数之和",
        "期限自送达起算；按期的计入答复当日，逾期的计入到期当日；被新文书取代的不计入",
    ),
    counted_rate(
        CLUES_SUBSTANTIATED,
        FigureKind.FLOW,
        "网格线索属实率",
        "其中属实的线索数",
        "当期办结且查清的线索数",
        "按首次答复之日计，补充答复改了结论的按新的；未能核实的既不算属实也不在分母",
    ),
    *(_exam_pass_rate(group) for group in TraineeGroup),
)
"""All of them are fed through `grid.counts.service.settle`."""
