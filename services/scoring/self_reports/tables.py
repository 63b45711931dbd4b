"""The tables of a report that come from its evaluation: scores by clause, vetoes, opinions of the publicity. Pure."""

from collections.abc import Mapping, Sequence

from services.scoring.evaluation.results import EvaluationResult, Score
from services.scoring.evaluations.models import Opinion
from services.scoring.scheme_language.codes import SCORED
from services.scoring.self_reports.composing import Proof
from services.scoring.self_reports.content import TableText
from shared.times import in_words

HOLDS = {"yes": "符合", "no": "不符合", "unknown": "尚不能确定"}


def scores_table(result: EvaluationResult, proofs: Mapping[str, Proof]) -> TableText:
    """Clause, class, points that apply, self score, accepted evidence, and why points are lost."""
    rows = [_score_row(score, proofs) for score in result.scores if score.node_class in SCORED]
    rows.append(["合计", "", _plain(result.maximum), result.shown, "", ""])
    return TableText(
        head=["评价内容", "类别", "应得", "自评", "佐证材料", "扣分说明"],
        rows=rows,
        shares=[30, 10, 8, 10, 20, 30],
        numbers=[2, 3],
    )


def vetoes_table(result: EvaluationResult) -> TableText:
    """Each veto and whether what it requires holds."""
    return TableText(
        head=["否决项", "结果", "依据"],
        rows=[[f"{one.code} {one.title}", HOLDS[one.holds], "；".join(one.steps)] for one in result.vetoes],
        shares=[30, 14, 50],
        numbers=[],
    )


def opinions_table(opinions: Sequence[Opinion]) -> TableText:
    """What was said in the publicity, and the answers."""
    rows = [[in_words(one.received_at), one.channel, one.content, one.answer or "还没有答复"] for one in opinions]
    return TableText(head=["收到", "途径", "意见", "答复"], rows=rows, shares=[20, 12, 34, 34], numbers=[])


def _score_row(score: Score, proofs: Mapping[str, Proof]) -> list[str]:
    proof = proofs.get(score.code)
    shown = _plain(score.low) if score.low == score.high else f"{_plain(score.low)}～{_plain(score.high)}"
    lost = score.low < score.maximum
    why = "；".join((*score.steps, *score.reasons)) if lost else ""
    files = "、".join(one.name for one in proof.files) if proof else ""
    title = f"{score.code} {score.title}"
    return [title, score.node_class.label, _plain(score.maximum), shown, files or "无系统证据", why]


def _plain(number: object) -> str:
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
