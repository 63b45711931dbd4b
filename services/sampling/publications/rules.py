"""When a sample may be published, in which table, and under which columns. Pure.

Results are published once they are final, with names, specification, day and lot, failed items, producer and seller
(食品安全抽样检验管理办法). That publication waits for the windows of re-test and objection is practice of the field.
What is not known to be closed counts as open: the answer to doubt is no.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.contracts.clocks import Authority, ClockState
from shared.contracts.disposals import CaseEnd
from shared.contracts.statutory_sampling import CaseSide, Conclusion, SampleState, Stream, UnqualifiedItem
from shared.times import in_words


class PublicationKind(StrEnum):
    """Which table: samples that passed, or samples that failed."""

    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"

    @property
    def label(self) -> str:
        return {"qualified": "合格样品信息", "unqualified": "不合格样品信息"}[self]

    @property
    def conclusion(self) -> Conclusion:
        """The only conclusion that this table takes."""
        return Conclusion(self.value)


class PublicationState(StrEnum):
    """A draft is put together; what is published is never changed."""

    DRAFT = "draft"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        return {"draft": "拟公布", "published": "已公布"}[self]


class EditionKind(StrEnum):
    """What is published of a sample: first its row, later what was said of it, each beside the one before."""

    FIRST = "first"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    REEXAMINATION = "reexamination"
    UPHELD = "upheld"

    @property
    def label(self) -> str:
        """As it stands before the reason; empty for the first."""
        return {
            "first": "",
            "correction": "更正",
            "withdrawal": "撤回",
            "reexamination": "重新核查",
            "upheld": "维持",
        }[self]


RETEST_WINDOW, OBJECTION_WINDOW = "retest_application", "result_objection_application"
WINDOWS: Mapping[str, str] = {RETEST_WINDOW: "申请复检", OBJECTION_WINDOW: "提出异议"}
_GIVEN_BY: Mapping[Authority, frozenset[str]] = {Authority.AGRICULTURE: frozenset({RETEST_WINDOW})}
"""Windows that must have been counted. The agriculture line has a re-test (农产品质量安全法 §51) and no objection."""


@dataclass(frozen=True, slots=True)
class Window:
    """One right of a recipient to contest, as its clock stands. `provisional`: its end may still move.

    `recorded_due_at` is where it would end if it were counted from when the service was written down, None while the
    holidays on the way are not announced. Publication waits for the later of both: a service written down late would
    otherwise end the window on one officer's word, and its recipient never had a day on which his application would
    have been taken. A second officer may confirm the day (`confirmed`). The time limit of the application itself stays
    what the law says.
    """

    code: str
    state: ClockState
    due_at: datetime
    provisional: bool
    recorded_due_at: datetime | None
    confirmed: bool = False

    @property
    def ends_at(self) -> datetime | None:
        """When it counts as ended for publication; None: not known yet."""
        if self.confirmed or self.recorded_due_at is None:
            return self.due_at if self.confirmed else None
        return max(self.due_at, self.recorded_due_at)


@dataclass(frozen=True, slots=True)
class RecipientStanding:
    """Somebody who may contest the result: whether it was served on him, and his windows that count."""

    name: str
    served: bool
    windows: Sequence[Window]


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """One side's disposal case. `ended` is why it ended, None while it goes on."""

    side: CaseSide
    authority: Authority
    ended: CaseEnd | None
    recipients: Sequence[RecipientStanding]

    @property
    def holds(self) -> bool:
        """Whether the conclusion still holds against this side."""
        return self.ended in (None, CaseEnd.DISPOSED)


@dataclass(frozen=True, slots=True)
class Dispute:
    """An objection or a re-test: the window it used, what it is called, where it stands, and whether it is over."""

    window: str
    label: str
    state: str
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that decides whether a sample may be published. `listed_in`: the table that has it already."""

    state: SampleState
    stream: Stream
    conclusion: Conclusion | None
    cases: Sequence[CaseStanding]
    disputes: Sequence[Dispute]
    listed_in: str | None


def refusals(kind: PublicationKind, standing: Standing, remark: str, present: datetime) -> list[str]:
    """Why the sample may not be published in a table of this kind now, in Chinese; empty when it may."""
    found = list(_about_the_sample(kind, standing))
    if standing.listed_in is not None:
        found.append(f"已列入{standing.listed_in}；一份样品只公布一次，有误的在那张表下更正")
    if kind.conclusion is not standing.conclusion:
        return found
    found += [f"{each}，办结后再公布" for each in _undecided(standing)]
    if kind is PublicationKind.QUALIFIED:
        if any(case.holds for case in standing.cases):
            found.append("结论为合格，却还有按不合格办理的核查处置，请先核对")
        return found
    return found + list(_about_the_cases(standing, remark, present))


def refusals_to_stand(kind: PublicationKind, standing: Standing, remark: str) -> list[str]:
    """Why a published row that is re-examined may not stand yet, or not as it reads; empty when it may."""
    if standing.state is not SampleState.CONCLUDED or standing.conclusion is None:
        return ["样品还没有重新作出结论，现在只能撤回这一行；确认更正后的报告之后再更正或维持"]
    if standing.conclusion is not kind.conclusion:
        return [f"重新核查的结论是“{standing.conclusion.label}”，请撤回这一行"]
    if undecided := _undecided(standing):
        return [f"{each}，现在只能撤回这一行；办结之后再更正或维持" for each in undecided]
    if kind is PublicationKind.QUALIFIED:
        return []
    if standing.cases and not any(case.holds for case in standing.cases):
        return ["结论已被推翻，请撤回这一行"]
    return [] if remark else [f"{side.label}的异议成立，请更正这一行，在备注中写明" for side in _upheld_sides(standing)]


def _undecided(standing: Standing) -> list[str]:
    return [f"{each.label}还没有结果（{each.state}）" for each in standing.disputes if not each.over]


def _upheld_sides(standing: Standing) -> list[CaseSide]:
    return [case.side for case in standing.cases if case.ended is CaseEnd.OBJECTION_UPHELD]


def _about_the_sample(kind: PublicationKind, standing: Standing) -> Iterable[str]:
    if standing.stream is Stream.RISK_MONITORING:
        yield "风险监测的结果不对外公布"
    if standing.state is not SampleState.CONCLUDED or standing.conclusion is None:
        yield f"还没有结论（{standing.state.label}）"
    elif standing.conclusion is not kind.conclusion:
        yield f"结论是“{standing.conclusion.label}”，不能列入{kind.label}表"


def _about_the_cases(standing: Standing, remark: str, present: datetime) -> Iterable[str]:
    holding = [case for case in standing.cases if case.holds]
    if not standing.cases:
        yield "还没有核查处置，不知道结果是否送达、复检和异议期是否届满"
    elif not holding:
        yield "结论已被推翻，不再以不合格公布"
    for case in standing.cases:
        if case.holds or not holding:
            continue
        if case.ended is not CaseEnd.OBJECTION_UPHELD:
            yield f"{case.side.label}的结论已不成立，请先核对"
        elif not remark:
            yield f"{case.side.label}的异议成立，请在备注中写明后再列入"
    for case in holding:
        if not case.recipients:
            yield f"{case.side.label}没有登记应送达的当事人，不知道复检和异议期是否届满"
        for recipient in case.recipients:
            yield from _about_the_recipient(case, recipient, standing.disputes, present)


def _about_the_recipient(
    case: CaseStanding, recipient: RecipientStanding, disputes: Sequence[Dispute], present: datetime
) -> Iterable[str]:
    if not recipient.served:
        yield f"检验结论还没有送达“{recipient.name}”"
        return
    counted = {window.code: window for window in recipient.windows}
    for code in WINDOWS:
        window = counted.get(code)
        whose = f"“{recipient.name}”{WINDOWS[code]}的期限"
        if window is None:
            if code in _GIVEN_BY.get(case.authority, frozenset(WINDOWS)):
                yield f"{whose}没有计时记录，不知道是否届满"
        elif has_run_out(window, present) and not is_closed(window, present):
            until = f"至{in_words(window.ends_at)}" if window.ends_at else "次年放假安排未公布，终点未定"
            yield (
                f"{whose}按补记的送达日期已经届满，但公布须从登记送达之日起另行算满（{until}）；"
                "送达日期确实的，请由登记人以外有权公布的人员在核查处置中写明理由确认"
            )
        elif not is_closed(window, present):
            yield f"{whose}还没有届满或不能确定"
        elif window.state is ClockState.MET and all(dispute.window != code for dispute in disputes):
            yield f"“{recipient.name}”已{WINDOWS[code]}，不知道办理的结果"


def is_closed(window: Window, present: datetime) -> bool:
    """Whether nobody can use the window any more: run out, or used (what came of that, the dispute says).

    One that stands still, was cancelled, or whose end is provisional because the year's holidays are not announced is
    not known to be closed.
    """
    if window.state is ClockState.MET:
        return True
    return has_run_out(window, present) and window.ends_at is not None and window.ends_at < present


def has_run_out(window: Window, present: datetime) -> bool:
    """Whether the window has surely ended, unused, by the day of service as it was stated."""
    ran = window.state in (ClockState.RUNNING, ClockState.ELAPSED)
    return ran and not window.provisional and window.due_at < present


_MOBILE = re.compile(r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9])")
_IDENTITY = re.compile(r"(?<![0-9A-Z])[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9Xx](?![0-9A-Z])")


def personal_data_in(text: str) -> str | None:
    """What in the text looks like a mobile number or an identity number, by its name; None for neither."""
    if _IDENTITY.search(text):
        return "身份证号"
    return "手机号码" if _MOBILE.search(text) else None


def date_and_lot(day: str | None, date_kind: str | None, lot_code: str | None) -> str | None:
    """生产日期/批号 in one cell. A day of another kind (购进日期, 检疫日期) says so; unknown parts are left out."""
    if day and date_kind and date_kind != "生产日期":
        day = f"{day}（{date_kind}）"
    return "/".join(part for part in (day, lot_code) if part) or None


ONLY_OF_FAILURES = ("sampled_party_address", "trade_mark", "failed_items", "laboratory")
"""Cells that the announcement has for failed samples alone."""

SEPARATOR = "║"


def combined(items: Sequence[UnqualifiedItem]) -> str:
    """不合格项目║检验结果║标准值, several items one after the other."""
    return "；".join(SEPARATOR.join((item.item, item.result, item.requirement)) for item in items)
