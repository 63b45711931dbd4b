"""What a report's items add up to: doubts, class, serious findings."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.reports.rules import (
    FAILED,
    FAILURES,
    Finding,
    SeriousKind,
    SeriousRule,
    class_of,
    doubts_of,
    serious_findings,
)
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, ReportClass

DAY = date(2026, 7, 1)
VERDICTS = list(ItemVerdict)
FINDINGS = st.tuples(
    st.sampled_from(["铅（以Pb计）", "沙门氏菌", "演示项目"]),
    st.sampled_from([None, *VERDICTS]),
    st.sampled_from(VERDICTS),
    st.booleans(),
    st.booleans(),
).map(lambda drawn: Finding(1, *drawn))
ORDER = [ReportClass.QUALIFIED, ReportClass.UNQUALIFIED, ReportClass.SERIOUS]


def finding(judged: ItemVerdict, stated: ItemVerdict | None = None, **change: object) -> Finding:
    fields: dict[str, object] = {
        "number": 1,
        "item": "铅（以Pb计）",
        "stated": stated,
        "judged": judged,
        "contradicts": False,
        "reference": False,
    }
    return Finding(**(fields | change))  # type: ignore[arg-type]


def rule(kind: SeriousKind, *names: str, factor: str | None = None, valid_to: date | None = None) -> SeriousRule:
    return SeriousRule(
        "demo", "演示规则", kind, frozenset(names), Decimal(factor) if factor else None, date(2020, 1, 1), valid_to
    )


@given(
    findings=st.lists(FINDINGS, min_size=1, max_size=6),
    stated=st.none() | st.sampled_from(Conclusion),
    judged=st.sampled_from(Conclusion),
)
def test_a_report_without_doubts_says_what_its_numbers_say(
    findings: list[Finding], stated: Conclusion | None, judged: Conclusion
) -> None:
    doubts = doubts_of(findings, stated, judged)
    if not doubts:
        assert judged is not Conclusion.UNDETERMINED
        assert stated in (None, judged)
        assert not any(each.contradicts for each in findings)
        assert all(each.judged is not ItemVerdict.UNDETERMINED or each.reference for each in findings)


@given(
    findings=st.lists(FINDINGS, max_size=6),
    conclusions=st.lists(st.none() | st.sampled_from(Conclusion), min_size=2, max_size=2),
    stated=st.none() | st.sampled_from(ReportClass),
    more=FINDINGS,
)
def test_nothing_that_is_added_makes_a_report_slower(
    findings: list[Finding], conclusions: list[Conclusion | None], stated: ReportClass | None, more: Finding
) -> None:
    before = class_of(findings, conclusions, stated, [])
    after = class_of([*findings, more], conclusions, stated, [])
    assert ORDER.index(after) >= ORDER.index(before)
    if before is ReportClass.QUALIFIED:
        assert Conclusion.QUALIFIED in conclusions and not set(conclusions) & FAILURES
        assert not any(not each.reference and {each.judged, each.stated} & FAILED for each in findings)
    assert class_of(findings, conclusions, stated, ["演示规则：铅"]) is ReportClass.SERIOUS


@pytest.mark.parametrize(("stated", "judged"), list(product([None, *ItemVerdict], ItemVerdict)))
def test_a_finding_is_serious_by_the_number_or_by_the_word(stated: ItemVerdict | None, judged: ItemVerdict) -> None:
    rules = [rule(SeriousKind.ITEM, "铅（以 Pb 计）")]
    failed = stated in FAILED or judged in FAILED
    assert bool(serious_findings(rules, [finding(judged, stated)], [], DAY)) is failed
    assert serious_findings(rules, [finding(judged, stated, reference=True)], [], DAY) == []


def test_each_kind_of_rule_recognises_what_it_names() -> None:
    failed = finding(ItemVerdict.UNQUALIFIED, excess=Decimal("9.99"))
    gross = finding(ItemVerdict.UNQUALIFIED, excess=Decimal(10))
    factor = rule(SeriousKind.EXCESS, factor="10")
    assert serious_findings([factor], [failed], [], DAY) == []
    assert serious_findings([factor], [gross], [], DAY) == ["演示规则：铅（以Pb计）"]
    infant = rule(SeriousKind.CATEGORY, "30")
    assert serious_findings([infant], [failed], ["30.01", "30"], DAY)
    assert not serious_findings([infant], [failed], ["28"], DAY)
    ended = rule(SeriousKind.ITEM, "铅", valid_to=date(2026, 6, 30))
    assert not serious_findings([ended], [failed], [], DAY)
