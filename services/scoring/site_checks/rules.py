"""From what was found on a form to points, and from many sites to one rate. Pure; compared and added unrounded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from services.scoring.site_checks.content import Aggregate, ItemKind, ItemMark, SiteForm, SiteItem, VisitContent

ZERO = Fraction(0)
_WANTED = {
    ItemKind.ALL_OR_NOTHING: ("met", "是否做到"),
    ItemKind.JUDGEMENT: ("deducted", "扣几分"),
    ItemKind.PER_FINDING: ("findings", "发现几次"),
}


class Score(NamedTuple):
    """What was got of how much. `maximum` is what applied; zero where nothing did."""

    points: Fraction
    maximum: Fraction

    @property
    def rate(self) -> Fraction | None:
        return self.points / self.maximum if self.maximum else None


class Fault(NamedTuple):
    """What does not fit a form, at the item's code."""

    item: str
    message: str


def faults_in(form: SiteForm, content: VisitContent) -> Iterator[Fault]:
    """Every line that is missing, unknown, or marked in another way than its kind wants."""
    if content.unreachable is not None:
        return
    for code in content.marks:
        if form.item(code) is None:
            yield Fault(code, f"检查表“{form.label}”没有条目 {code}，请删去")
    for item in form.items:
        mark = content.marks.get(item.code)
        if mark is None:
            yield Fault(item.code, f"条目 {item.code} 还没有结果；每一条都要填，不适用的写缺项理由")
        elif why := _misfit(item, mark):
            yield Fault(item.code, why)
    if not any(mark.absent is None for mark in content.marks.values()):
        yield Fault("", "每一条都填了缺项，等于没有检查；请写未能检查的原因")


def _misfit(item: SiteItem, mark: ItemMark) -> str | None:
    if mark.absent is not None:
        return None if item.may_be_absent else f"条目 {item.code} 不允许缺项，请填结果"
    wanted, label = _WANTED[item.kind]
    if getattr(mark, wanted) is None:
        return f"条目 {item.code} 应填{label}（{wanted}）"
    if mark.deducted is not None and mark.deducted > item.points:
        return f"条目 {item.code} 满分 {item.points:f} 分，扣不了 {mark.deducted:f} 分"
    return None


def points_of(item: SiteItem, mark: ItemMark) -> Fraction:
    """The points of a line that applies; never below nothing (单项扣完为止)."""
    whole = Fraction(item.points)
    if mark.met is not None:
        return whole if mark.met else ZERO
    if mark.deducted is not None:
        return max(ZERO, whole - Fraction(mark.deducted))
    return max(ZERO, whole - Fraction(item.each or 0) * (mark.findings or 0))


def score_of(items: Iterable[SiteItem], marks: Mapping[str, ItemMark]) -> Score:
    """Points and what could be got over the lines that apply: what is absent lowers nobody's rate."""
    applying = [item for item in items if item.code in marks and marks[item.code].absent is None]
    return Score(
        sum((points_of(item, marks[item.code]) for item in applying), ZERO),
        sum((Fraction(item.points) for item in applying), ZERO),
    )


def aggregated(rates: Sequence[Fraction], aggregate: Aggregate) -> Fraction | None:
    """One rate of many sites; None of none."""
    if not rates:
        return None
    match aggregate.how:
        case "mean":
            return sum(rates, ZERO) / len(rates)
        case "worst":
            return min(rates)
        case "count":
            return Fraction(sum(rate >= Fraction(aggregate.at_least or 0) for rate in rates), len(rates))


def rates_by_clause(visited: Iterable[tuple[SiteForm, VisitContent]]) -> dict[str, list[Fraction]]:
    """Of each clause the rate of every site that has a line for it which applies there."""
    found: dict[str, list[Fraction]] = defaultdict(list)
    for form, content in visited:
        for clause in sorted({item.clause for item in form.items}):
            rate = score_of((item for item in form.items if item.clause == clause), content.marks).rate
            if rate is not None:
                found[clause].append(rate)
    return dict(found)
