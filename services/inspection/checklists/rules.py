"""Judging an inspection by a version of a checklist. Pure: the same answers in any order give the same verdict.

What nobody has checked is not passed: it leaves the verdict open, or stands outside of the reckoning where the document
lets an inspection be of drawn items. A fault in an answer never makes it better than what was found.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from services.inspection.checklists.content import (
    AllItems,
    Answer,
    ComprehensiveRule,
    Content,
    FailureCountBand,
    FailureCountCase,
    FailureCountRule,
    Finding,
    InspectionKind,
    Item,
    PassRateBand,
    PassRateCase,
    PassRateRule,
    Subject,
)
from services.inspection.checklists.points import Score, rounded, score, some_of

Band = PassRateBand | FailureCountBand
Case = PassRateCase | FailureCountCase


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an answer, and how to mend it."""

    number: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many applicable items were found what. `open`: without an answer that counts."""

    passed: int = 0
    failed: int = 0
    not_applicable: int = 0
    open: int = 0

    @property
    def total(self) -> int:
        return self.passed + self.failed + self.not_applicable + self.open

    @property
    def checked(self) -> int:
        return self.passed + self.failed


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict with its steps in Chinese. `verdict` is None while it cannot be said, never a guess.

    `at_best` is what it would be if all that is open were passed; None where no verdict is computed at all.
    """

    verdict: str | None
    at_best: str | None
    handling: str
    key: Tally
    general: Tally
    failed: tuple[str, ...]
    open: tuple[str, ...]
    score: Score | None
    steps: tuple[str, ...]
    faults: tuple[Fault, ...]


def applies(item: Item, subject: Subject) -> bool:
    """Whether an item is put to a business. Where it is not known what the business does, the officer is asked."""
    if item.kinds and subject.kind not in item.kinds:
        return False
    return not item.scopes or subject.scopes is None or not set(item.scopes).isdisjoint(subject.scopes)


def applicable_items(content: Content, subject: Subject) -> list[Item]:
    return [item for item in content.items if applies(item, subject)]


def may_be_left_out(item: Item, subject: Subject) -> bool:
    """Whether an item may be found not applicable: where the list allows it, or only the officer can know."""
    return item.na_allowed or (bool(item.scopes) and subject.scopes is None)


def judge(
    answers: Iterable[Answer],
    content: Content,
    subject: Subject,
    *,
    kind: InspectionKind = InspectionKind.ROUTINE,
    required: Collection[str] = (),
    extras: Mapping[str, Decimal] | None = None,
) -> Judgement:
    """Judge answers by a version. `required` are items this visit has to check (drawn, or failed last time).

    `extras` are points awarded outside of the items. Nothing is raised: what is wrong stands in `faults`.
    """
    items = applicable_items(content, subject)
    found, faults = _settle(answers, content, items, subject)
    key = _tally(found[item.number] for item in items if item.key)
    general = _tally(found[item.number] for item in items if not item.key)
    steps = [
        _counted(content, items),
        f"重点项：{_words(key)}{_failures(items, found, key=True)}",
        f"一般项：{_words(general)}{_failures(items, found, key=False)}",
    ]
    obstacles = _obstacles(content, items, found, key, general, kind, required)
    band, told = _decide(content, key, general)
    steps += told if not obstacles or isinstance(content.verdict, ComprehensiveRule) else []
    steps += [f"不能判定：{obstacle}" for obstacle in obstacles]
    points, scored = score(content.scoring, items, found, subject, extras or {})
    return Judgement(
        verdict=band.label if band and not obstacles else None,
        at_best=_at_best(content, key, general),
        handling=_handling(content, band if not obstacles else None),
        key=key,
        general=general,
        failed=tuple(item.number for item in items if found[item.number] is Finding.FAILED),
        open=tuple(item.number for item in items if found[item.number] is Finding.UNKNOWN),
        score=points,
        steps=(*steps, *scored),
        faults=tuple(sorted(faults, key=lambda fault: (fault.number, fault.code))),
    )


def cases_of(rule: PassRateRule | FailureCountRule) -> list[tuple[int, Case]]:
    """Every case with the index of its band."""
    bands: Sequence[Band] = rule.bands
    return [(index, case) for index, band in enumerate(bands) for case in band.cases]


def matching(
    rule: PassRateRule | FailureCountRule, key_failures: int, second: Fraction | int
) -> list[tuple[int, Case]]:
    """Every case, with its band's index, that holds for these failures; a published rule gives exactly one."""
    return [
        (index, case)
        for index, case in cases_of(rule)
        if case.key_failures.holds(key_failures) and _second_holds(case, second)
    ]


def _second_holds(case: Case, second: Fraction | int) -> bool:
    if isinstance(case, FailureCountCase):
        return case.general_failures.holds(int(second))
    span = case.general_pass_rate
    return second >= _fraction(span.at_least) and (span.below is None or second < _fraction(span.below))


@lru_cache(maxsize=256)
def _fraction(share: Decimal) -> Fraction:
    """Exactly the same; remembered, for checking a rule asks for each bound many times."""
    return Fraction(share)


def _settle(
    answers: Iterable[Answer], content: Content, items: Sequence[Item], subject: Subject
) -> tuple[dict[str, Finding], list[Fault]]:
    """The finding that counts for each applicable item: unknown where there is none."""
    given: dict[str, list[Answer]] = {}
    for answer in answers:
        given.setdefault(answer.number, []).append(answer)
    faults: list[Fault] = []
    found: dict[str, Finding] = {}
    for item in items:
        findings = set()
        for answer in given.pop(item.number, []):
            fault, finding = _taken(answer, item, subject)
            findings.add(finding)
            if fault and fault not in faults:
                faults.append(fault)
        if len(findings) > 1:
            faults.append(
                Fault(item.number, "同一项有几种不同的结果，请只留一种；其中有不合格的按不合格计", "contradiction")
            )
        if Finding.FAILED in findings:
            found[item.number] = Finding.FAILED
        else:
            found[item.number] = findings.pop() if len(findings) == 1 else Finding.UNKNOWN
    known = {item.number for item in content.items}
    for number in given:
        if number in known:
            faults.append(Fault(number, "这一项不适用于该主体，未计入；请核对业态和经营范围", "not_for_subject"))
        else:
            faults.append(Fault(number, "要点表里没有这一项，未计入；请核对编号", "unknown_item"))
    return found, faults


def _taken(answer: Answer, item: Item, subject: Subject) -> tuple[Fault | None, Finding]:
    """One answer as it counts. Whatever it lacks, a failure stays one."""
    if answer.finding is Finding.NOT_APPLICABLE:
        if not may_be_left_out(item, subject):
            return Fault(item.number, "这一项不得合理缺项，请检查后填写合格或不合格", "not_applicable"), Finding.UNKNOWN
        if not answer.reason:
            return Fault(item.number, "合理缺项须写明理由", "reason"), Finding.UNKNOWN
        return None, Finding.NOT_APPLICABLE
    if item.photo_required and not answer.photos and answer.finding is not Finding.UNKNOWN:
        counts = Finding.FAILED if answer.finding is Finding.FAILED else Finding.UNKNOWN
        return Fault(item.number, "这一项须有照片，请补拍", "photo"), counts
    return None, answer.finding


def _tally(findings: Iterable[Finding]) -> Tally:
    counts = dict.fromkeys(Finding, 0)
    for finding in findings:
        counts[finding] += 1
    return Tally(
        passed=counts[Finding.PASSED],
        failed=counts[Finding.FAILED],
        not_applicable=counts[Finding.NOT_APPLICABLE],
        open=counts[Finding.UNKNOWN],
    )


def _obstacles(
    content: Content,
    items: Sequence[Item],
    found: Mapping[str, Finding],
    key: Tally,
    general: Tally,
    kind: InspectionKind,
    required: Collection[str],
) -> list[str]:
    """Why no verdict can be said, whatever the rule would give."""
    reasons = []
    if not content.complete:
        declared = content.declared
        of = f"（正式文本共 {declared.key + declared.general} 项）" if declared else ""
        reasons.append(f"本版要点表只收入 {len(content.items)} 项{of}，不能据此作出结论")
    unchecked = [item.number for item in items if found[item.number] is Finding.UNKNOWN]
    if pressing := [number for number in unchecked if number in required]:
        reasons.append(f"本次必查的 {'、'.join(pressing)} 尚无结果")
    extent = content.extent
    if isinstance(extent, AllItems):
        if unchecked and kind not in extent.exempt:
            reasons.append(f"{kind.label}须检查全部适用项目，还有 {len(unchecked)} 项没有结果：{some_of(unchecked)}")
    else:
        for name, least, tally in (
            ("重点项", extent.key, key),
            ("一般项", extent.general, general),
            ("项目", extent.total, _sum(key, general)),
        ):
            needed = min(least, tally.total - tally.not_applicable)
            if tally.checked < needed:
                reasons.append(f"{name}至少检查 {needed} 项，现有 {tally.checked} 项")
    rule = content.verdict
    if not isinstance(rule, ComprehensiveRule) and rule.max_share_not_applicable is not None:
        both = _sum(key, general)
        if both.total and Fraction(both.not_applicable, both.total) > Fraction(rule.max_share_not_applicable):
            reasons.append(
                f"合理缺项 {both.not_applicable} 项，占适用项目的 {_percent(both.not_applicable, both.total)}，"
                f"超过 {_as_percent(Fraction(rule.max_share_not_applicable))}，请复核"
            )
    return reasons


def _decide(content: Content, key: Tally, general: Tally) -> tuple[Band | None, list[str]]:
    """The band that the counts lead to, and how."""
    rule = content.verdict
    if isinstance(rule, ComprehensiveRule):
        return None, ["本表没有计算结论的规则，由检查人员综合判定"]
    if not key.checked and not general.checked:
        return None, ["还没有检查任何一项"]
    if isinstance(rule, FailureCountRule):
        return _told(
            rule,
            matching(rule, key.failed, general.failed),
            [f"重点项不合格 {key.failed} 项，一般项不合格 {general.failed} 项"],
        )
    if general.checked:
        reckoned = f"一般项合格率 = {general.passed} ÷ {general.checked} = {_percent(general.passed, general.checked)}"
        rate = Fraction(general.passed, general.checked)
        return _told(rule, matching(rule, key.failed, rate), [reckoned])
    # No general item counts. The key items alone may decide, when every possible rate would lead to one verdict.
    worst, best = matching(rule, key.failed, Fraction(0)), matching(rule, key.failed, Fraction(1))
    steps = ["没有可计算合格率的一般项"]
    if worst and best and worst[0][0] == best[0][0]:
        return _told(rule, worst, steps)
    return None, steps


def _told(
    rule: PassRateRule | FailureCountRule, matches: list[tuple[int, Case]], steps: list[str]
) -> tuple[Band | None, list[str]]:
    if not matches:
        return None, [*steps, "规则里没有对应的档次，请更正要点表"]
    index, case = matches[0]
    band = rule.bands[index]
    decided = f"（原文未规定此种情形，本表决定：{case.decision}）" if case.decision else ""
    return band, [*steps, f"按判定规则为「{band.label}」{decided}"]


def _at_best(content: Content, key: Tally, general: Tally) -> str | None:
    rule = content.verdict
    if isinstance(rule, ComprehensiveRule) or not content.complete:
        return None
    if isinstance(rule, FailureCountRule):
        matches = matching(rule, key.failed, general.failed)
    else:
        counted = general.checked + general.open
        matches = matching(
            rule, key.failed, Fraction(general.passed + general.open, counted) if counted else Fraction(1)
        )
    return rule.bands[matches[0][0]].label if matches else None


def _handling(content: Content, band: Band | None) -> str:
    if isinstance(content.verdict, ComprehensiveRule):
        return content.verdict.handling
    return band.handling if band else ""


def _sum(one: Tally, other: Tally) -> Tally:
    return Tally(
        one.passed + other.passed,
        one.failed + other.failed,
        one.not_applicable + other.not_applicable,
        one.open + other.open,
    )


def _counted(content: Content, items: Sequence[Item]) -> str:
    beside = len(content.items) - len(items)
    left_out = f"，另有 {beside} 项不适用于该主体" if beside else ""
    return f"适用 {len(items)} 项{left_out}"


def _words(tally: Tally) -> str:
    return (
        f"{tally.total} 项，合格 {tally.passed}，不合格 {tally.failed}，"
        f"合理缺项 {tally.not_applicable}，未查或无法判定 {tally.open}"
    )


def _failures(items: Sequence[Item], found: Mapping[str, Finding], *, key: bool) -> str:
    numbers = [item.number for item in items if item.key is key and found[item.number] is Finding.FAILED]
    return f"；不合格：{'、'.join(numbers)}" if numbers else ""


def _percent(part: int, whole: int) -> str:
    return _as_percent(Fraction(part, whole))


def _as_percent(share: Fraction) -> str:
    return f"{rounded(share * 100, 2)}%"
