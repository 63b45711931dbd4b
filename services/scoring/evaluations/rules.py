"""Which stages a run has, what follows what, who may write when. Pure."""

from collections.abc import Sequence
from typing import Literal

from shared.contracts.evaluations import Stage

ORDER = tuple(Stage)
Side = Literal["examined", "examiner"]

Verdict = Literal["passed", "failed", "undetermined", "not_asked"]


class ImpossiblePlan(ValueError):  # noqa: N818 (what was given, not what went wrong)
    """The stages do not make an evaluation; the message (Chinese) says how to mend it."""


def ensure_plan(stages: Sequence[Stage]) -> None:
    """From 自评 to 综合评审, each at most once, in order. Raises `ImpossiblePlan`."""
    if list(stages) != sorted(set(stages), key=ORDER.index):
        ordered = "、".join(stage.label for stage in ORDER)
        raise ImpossiblePlan(f"每个阶段至多一次，先后为：{ordered}")
    if Stage.SELF not in stages or Stage.PANEL not in stages:
        raise ImpossiblePlan("须从自评开始，到综合评审结束")


def writer_of(stage: Stage) -> Side:
    """Who states facts and marks in a stage: nobody examines himself after the 自评."""
    return "examined" if stage is Stage.SELF else "examiner"


def is_shown_to(side: Side, stage: Stage, *, closed: bool) -> bool:
    """Whether what was said in a stage may be read: what examiners write stays theirs until their stage is closed."""
    return side == "examiner" or writer_of(stage) == "examined" or closed


def refusal_of_verdict(computed: Verdict, *, passed: bool, reason: str) -> str | None:
    """Why a decision cannot stand beside what the scheme computed, in Chinese; None where it can.

    Nobody passes who does not pass by the scheme, and what is unknown has not been passed. A panel may be stricter
    than the scheme and then says why; where the scheme asks nothing, it says why in any case.
    """
    if computed == "not_asked" and not reason:
        return "细则没有设达标的关口，通过与否由综合评审决定，请写明依据"
    if passed and computed == "failed":
        return "按细则未达标，不能评为通过；依据有误的请先更正，再重新计分"
    if passed and computed == "undetermined":
        return "还有没有数据的条款，按细则尚不能确定，不能评为通过；请先补齐再计分"
    if not passed and computed == "passed" and not reason:
        return "按细则已达标而评为不通过的，请写明理由"
    return None
