"""Why a version may not be published: every reason at once, each with its place and how to mend it. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from services.inspection.checklists.content import (
    ComprehensiveRule,
    Content,
    CountSpan,
    FailureCountCase,
    FailureCountRule,
    Header,
    Item,
    MinimumItems,
    PassRateCase,
    PassRateRule,
    Scoring,
)
from services.inspection.checklists.rules import Band, Case, cases_of, matching

Second = Fraction | int
"""What a rule looks at beside failed key items: the pass rate of general items, or how many of them failed."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a JSON pointer into the file of the checklist, Chinese words, a stable code."""

    pointer: str
    message: str
    code: str


def reasons_against(header: Header, content: Content, applies_from: date | None = None) -> list[Reason]:
    """All reasons; none when the version may be published to apply from `applies_from` (default: the list's start)."""
    return [
        *_header_reasons(header, applies_from or header.effective_on),
        *_item_reasons(header, content),
        *_count_reasons(content),
        *_extent_reasons(content),
        *_verdict_reasons(header, content),
        *(_scoring_reasons(header, content, content.scoring) if content.scoring else ()),
    ]


def _header_reasons(header: Header, applies_from: date | None) -> Iterator[Reason]:
    if not header.source.document:
        yield Reason("/checklist/source/document", "没有写明来源文件，请填文件名称", "source")
    if not header.kinds:
        yield Reason("/checklist/kinds", "没有写明适用的业态", "kinds")
    if header.effective_on is None:
        yield Reason("/checklist/effective_on", "没有施行日期，无从知道哪天起适用", "dates")
    elif header.issued_on and header.issued_on > header.effective_on:
        yield Reason("/checklist/issued_on", "印发日期晚于施行日期，请核对", "dates")
    ends = header.superseded_on
    if ends and header.effective_on and ends <= header.effective_on:
        yield Reason("/checklist/superseded_on", "被取代的日期不晚于施行日期，请核对", "dates")
    if header.superseded_by == header.code:
        yield Reason("/checklist/superseded_by", "不能被自己取代", "superseded_by")
    if header.superseded_by and not ends:
        yield Reason("/checklist/superseded_on", "写了由谁取代，也请写明自哪天起", "dates")
    if applies_from and header.effective_on and applies_from < header.effective_on:
        yield Reason("/applies_from", f"不能早于施行日期 {header.effective_on}", "dates")
    if applies_from and ends and applies_from >= ends:
        yield Reason("/applies_from", f"这张表自 {ends} 起已被取代，不能晚于此前一日", "dates")


def _places(content: Content) -> Iterator[tuple[str, Item]]:
    for section_index, section in enumerate(content.sections):
        for index, item in enumerate(section.items):
            yield f"/content/sections/{section_index}/items/{index}", item


def _item_reasons(header: Header, content: Content) -> Iterator[Reason]:
    if not content.items:
        yield Reason("/content/sections", "没有检查条目", "no_items")
    scopes = {scope.code for scope in content.scopes}
    yield from _twice("/content/scopes", (scope.code for scope in content.scopes), "经营范围代码")
    first: dict[str, str] = {}
    profiles = {profile.code for profile in content.scoring.profiles} if content.scoring else set()
    for place, item in _places(content):
        if item.number in first:
            yield Reason(f"{place}/number", f"编号 {item.number} 与 {first[item.number]} 重复", "duplicate")
        first.setdefault(item.number, place)
        if strangers := [kind.label for kind in item.kinds if kind not in header.kinds]:
            yield Reason(f"{place}/kinds", f"{'、'.join(strangers)}不在本表适用的业态里", "kinds")
        if unknown := [code for code in item.scopes if code not in scopes]:
            yield Reason(f"{place}/scopes", f"没有定义经营范围 {'、'.join(unknown)}，请在 scopes 里写明", "scopes")
        if unscored := [code for code in item.points if code not in profiles]:
            yield Reason(f"{place}/points", f"没有计分类别 {'、'.join(unscored)}", "points")
    used = Counter(number for item in content.items for number in set(item.formerly))
    for place, item in _places(content):
        if shared := [number for number in item.formerly if used[number] > 1]:
            yield Reason(f"{place}/formerly", f"原编号 {'、'.join(shared)} 被几项共用，续查时无从对应", "formerly")


def _count_reasons(content: Content) -> Iterator[Reason]:
    keys = sum(item.key for item in content.items)
    counts = {"key": ("重点项", keys), "general": ("一般项", len(content.items) - keys)}
    for name, (label, number) in counts.items():
        declared = getattr(content.declared, name) if content.declared else number
        if number > declared or (content.complete and number != declared):
            yield Reason(f"/content/declared/{name}", f"正式文本有 {label} {declared} 项，本版有 {number} 项", "counts")
    for index, section in enumerate(content.sections):
        declared, number = section.declared_items, len(section.items)
        if declared is not None and (number > declared or (content.complete and number != declared)):
            place = f"/content/sections/{index}/declared_items"
            yield Reason(place, f"「{section.title}」正式文本有 {declared} 项，本版有 {number} 项", "counts")


def _extent_reasons(content: Content) -> Iterator[Reason]:
    extent = content.extent
    if not isinstance(extent, MinimumItems):
        return
    keys = sum(item.key for item in content.items)
    available = {"key": keys, "general": len(content.items) - keys, "total": len(content.items)}
    for name, number in available.items():
        if (least := getattr(extent, name)) > number:
            yield Reason(f"/content/extent/{name}", f"要求至少检查 {least} 项，而表里只有 {number} 项", "extent")
    if not (extent.key or extent.general or extent.total):
        yield Reason("/content/extent", "至少检查几项都是 0，等于可以不查", "extent")


def _verdict_reasons(header: Header, content: Content) -> Iterator[Reason]:
    rule = content.verdict
    if not rule.source:
        yield Reason("/content/verdict/source", "没有写明判定规则的来源", "source")
    if isinstance(rule, ComprehensiveRule):
        return
    if len(rule.bands) < 2:
        yield Reason("/content/verdict/bands", "至少要有两档结论", "bands")
        return
    yield from _twice("/content/verdict/bands", (band.label for band in rule.bands), "结论")
    empty = list(_empty_cases(rule))
    yield from empty
    if not empty:
        yield from _partition_reasons(rule, content)
    needs_key = any(case.key_failures != CountSpan() for _, case in cases_of(rule))
    for kind in header.kinds:
        # Items that depend on what a business does may all fall away: the rule must hold without them.
        sure = [item for item in content.items if not item.scopes and (not item.kinds or kind in item.kinds)]
        if needs_key and not any(item.key for item in sure):
            yield Reason("/content/verdict", f"判定规则要看重点项，而{kind.label}没有必定适用的重点项", "no_key_item")
        if all(item.key for item in sure):
            yield Reason(
                "/content/verdict", f"判定规则要看一般项，而{kind.label}没有必定适用的一般项", "no_general_item"
            )


def _empty_cases(rule: PassRateRule | FailureCountRule) -> Iterator[Reason]:
    bands: Sequence[Band] = rule.bands
    for band_index, band in enumerate(bands):
        cases: Sequence[Case] = band.cases
        for index, case in enumerate(cases):
            place = f"/content/verdict/bands/{band_index}/cases/{index}"
            spans = [("key_failures", case.key_failures)]
            if isinstance(case, FailureCountCase):
                spans.append(("general_failures", case.general_failures))
            for name, span in spans:
                if span.at_most is not None and span.at_most < span.at_least:
                    yield Reason(f"{place}/{name}", f"上限 {span.at_most} 小于下限 {span.at_least}", "bands")
            if isinstance(case, PassRateCase):
                rate = case.general_pass_rate
                if rate.below is not None and rate.below <= rate.at_least:
                    yield Reason(f"{place}/general_pass_rate", "上限不大于下限，没有合格率能落在其中", "bands")


def _partition_reasons(rule: PassRateRule | FailureCountRule, content: Content) -> Iterator[Reason]:
    """Every possible outcome has one verdict, and a further failure never gives a better one.

    Every case holds from a bound up to the next one, so it is enough to look at the bounds.
    """
    keys = sum(item.key for item in content.items)
    firsts, seconds = _key_failures(rule, keys), _seconds(rule, len(content.items) - keys)
    rank: dict[tuple[int, int], int] = {}
    told: set[tuple[int, ...]] = set()
    for first in firsts:
        for position, second in enumerate(seconds):
            bands = tuple(sorted({index for index, _ in matching(rule, first, second)}))
            if len(bands) == 1:
                rank[first, position] = bands[0]
            elif bands not in told:
                told.add(bands)
                where = _outcome(first, second)
                if bands:
                    names = "、".join(rule.bands[index].label for index in bands)
                    yield Reason("/content/verdict/bands", f"{where}时，{names}都成立，请划清界限", "overlap")
                else:
                    yield Reason("/content/verdict/bands", f"{where}时没有对应的结论，请补上这一档", "gap")
    if told:
        return
    worse: Iterable[tuple[tuple[int, int], tuple[int, int]]] = [
        *(((a, position), (b, position)) for a, b in pairwise(firsts) for position in range(len(seconds))),
        *(((first, a), (first, b)) for first in firsts for a, b in pairwise(range(len(seconds)))),
    ]
    for before, after in worse:
        if rank[after] < rank[before]:
            where, instead = (_outcome(first, seconds[position]) for first, position in (before, after))
            better, worst = rule.bands[rank[after]].label, rule.bands[rank[before]].label
            message = f"{where}为「{worst}」，而{instead}反为「{better}」；不合格多了，结论不能变好"
            yield Reason("/content/verdict/bands", message, "not_monotone")
            return


def _key_failures(rule: PassRateRule | FailureCountRule, keys: int) -> list[int]:
    return _beginnings((case.key_failures for _, case in cases_of(rule)), keys)


def _seconds(rule: PassRateRule | FailureCountRule, general: int) -> Sequence[Second]:
    """Values of the second side, from the best to the worst."""
    if isinstance(rule, FailureCountRule):
        spans = (case.general_failures for _, case in cases_of(rule) if isinstance(case, FailureCountCase))
        return _beginnings(spans, general)
    cuts = {Fraction(0), Fraction(1)}
    for band in rule.bands:
        for case in band.cases:
            span = case.general_pass_rate
            cuts |= {Fraction(bound) for bound in (span.at_least, span.below) if bound is not None}
    return sorted(cuts, reverse=True)


def _beginnings(spans: Iterable[CountSpan], most: int) -> list[int]:
    """The counts from which on another case may hold."""
    found = {0}
    for span in spans:
        found |= {span.at_least} if span.at_most is None else {span.at_least, span.at_most + 1}
    return sorted(count for count in found if count <= most)


def _outcome(key_failures: int, second: Second) -> str:
    if isinstance(second, Fraction):
        return f"重点项不合格 {key_failures} 项、一般项合格率 {float(second * 100):g}%"
    return f"重点项不合格 {key_failures} 项、一般项不合格 {second} 项"


def _scoring_reasons(header: Header, content: Content, scoring: Scoring) -> Iterator[Reason]:
    place = "/content/scoring"
    if not scoring.source:
        yield Reason(f"{place}/source", "没有写明计分办法的来源", "source")
    yield from _twice(f"{place}/profiles", (profile.code for profile in scoring.profiles), "计分类别")
    yield from _twice(f"{place}/extras", (extra.code for extra in scoring.extras), "附加分")
    yield from _twice(f"{place}/bands", (band.label for band in scoring.bands), "等级")
    extras = sum((extra.points for extra in scoring.extras), Decimal(0))
    for index, profile in enumerate(scoring.profiles):
        if strangers := [kind.label for kind in profile.kinds if kind not in header.kinds]:
            yield Reason(f"{place}/profiles/{index}/kinds", f"{'、'.join(strangers)}不在本表适用的业态里", "kinds")
        points = sum((item.points.get(profile.code, Decimal(0)) for item in content.items), Decimal(0))
        if points + extras != scoring.total:
            message = f"「{profile.label}」各项 {points} 分加附加 {extras} 分，不等于满分 {scoring.total}"
            yield Reason(f"{place}/profiles/{index}", message, "points")
    for index, (better, worse) in enumerate(pairwise(scoring.bands)):
        if worse.at_least >= better.at_least:
            message = f"「{worse.label}」的下限应低于「{better.label}」的 {better.at_least}"
            yield Reason(f"{place}/bands/{index + 1}/at_least", message, "overlap")
    if scoring.bands[0].at_least > scoring.total:
        yield Reason(f"{place}/bands/0/at_least", f"高于满分 {scoring.total}，谁也达不到", "bands")
    if scoring.bands[-1].at_least != 0:
        last = len(scoring.bands) - 1
        message = f"低于 {scoring.bands[-1].at_least} 分的没有等级，最低一档请从 0 起"
        yield Reason(f"{place}/bands/{last}/at_least", message, "gap")


def _twice(place: str, values: Iterable[str], label: str) -> Iterator[Reason]:
    known: list[str] = []
    for index, value in enumerate(values):
        if value in known:
            yield Reason(f"{place}/{index}", f"{label} {value} 重复", "duplicate")
        known.append(value)
