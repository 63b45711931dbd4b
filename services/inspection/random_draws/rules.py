"""How rosters become what is drawn from: strata, weights, exclusions with their reasons, sizes. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.inspection.checklists.coverage import add_months
from services.inspection.grid.dated_rules.contents import DrawWeights
from services.inspection.random_draws.codes import DrawPurpose, Stratify
from services.inspection.random_draws.verifier import canonical
from services.inspection.risk_grades.codes import Grade
from shared.contracts.inspection import BusinessKind, BusinessStatus
from shared.contracts.scoring import CreditGrade

UNGRADED = "none"
KEY_MATTER = "重点检查事项，全部检查，另行抽取次序"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A business as the register and its history state it on the day of the freeze."""

    id: UUID
    name: str
    kind: BusinessKind
    status: BusinessStatus
    merged: bool
    grid: str
    risk: Grade | None
    credit: CreditGrade | None
    last_inspectors: tuple[str, ...]
    checked_above_on: date | None


@dataclass(frozen=True, slots=True)
class Frame:
    """What rows are made by: the purpose, the rule of weights, the day, and how long a lower authority keeps away."""

    purpose: DrawPurpose
    weights: DrawWeights
    stratify: Stratify
    on: date
    months: int | None
    left_out: Mapping[UUID, str]


def is_key_matter(one: Candidate, weights: DrawWeights) -> bool:
    """Whether a business is one of those that are all inspected."""
    return any(
        (not matter.kinds or one.kind in matter.kinds)
        and (not matter.risk_grades or (one.risk is not None and one.risk.value in matter.risk_grades))
        for matter in weights.key_matters
    )


def weight_of(one: Candidate, weights: DrawWeights) -> int:
    """By risk times by credit."""
    risk: int = getattr(weights.risk, one.risk.value if one.risk else UNGRADED)
    credit: int = getattr(weights.credit, one.credit.value if one.credit else UNGRADED)
    return risk * credit


def why_excluded(one: Candidate, frame: Frame) -> str | None:
    """Why it is on the roster and cannot be drawn, in words for everybody; None when it can."""
    if one.merged:
        return "档案已并入另一份"
    if one.status is not BusinessStatus.ACTIVE:
        return f"已{one.status.label}"
    if one.id in frame.left_out:
        return frame.left_out[one.id]
    if one.checked_above_on is not None and frame.months is not None:
        last = add_months(one.checked_above_on, frame.months)
        if one.checked_above_on <= frame.on <= last:
            return f"上级机关 {one.checked_above_on} 已检查，{last + timedelta(days=1)} 之前不重复检查"
    if frame.purpose is DrawPurpose.GENERAL and is_key_matter(one, frame.weights):
        return KEY_MATTER
    return None


def stratum_of(one: Candidate, stratify: Stratify) -> str:
    match stratify:
        case Stratify.GRADE_AND_KIND:
            return f"{one.risk.value if one.risk else UNGRADED}/{one.kind.value}"
        case Stratify.KIND:
            return one.kind.value
        case Stratify.WHOLE:
            return "whole"


def subject_rows(candidates: Iterable[Candidate], frame: Frame) -> list[dict[str, Any]]:
    """The frozen roster of businesses, in the order of their ids. 重点事项 are alone on the roster of their draw."""
    rows = [
        {
            "id": str(one.id),
            "name": one.name,
            "stratum": stratum_of(one, frame.stratify),
            "weight": weight_of(one, frame.weights),
            "grid": one.grid,
            "skills": [one.kind.value],
            "last_inspectors": sorted(one.last_inspectors),
            "excluded": why_excluded(one, frame),
        }
        for one in candidates
        if frame.purpose is not DrawPurpose.KEY_MATTERS or is_key_matter(one, frame.weights)
    ]
    return sorted(rows, key=lambda row: str(row["id"]))


@dataclass(frozen=True, slots=True)
class Person:
    """An inspector as the rosters state him on the day of the freeze."""

    id: UUID
    name: str
    team: str
    skills: Sequence[str]
    cells: frozenset[str]
    recused_from: frozenset[UUID]
    active: bool
    away: bool
    certificate_until: date | None


def inspector_rows(people: Iterable[Person], on: date) -> list[dict[str, Any]]:
    """The frozen roster of inspectors. Of an absence only that it is one is told."""
    rows = [
        {
            "id": str(one.id),
            "name": one.name,
            "team": one.team,
            "skills": sorted(one.skills),
            "home_grids": sorted(one.cells),
            "recused_from": sorted(map(str, one.recused_from)),
            "excluded": _why_not(one, on),
        }
        for one in people
    ]
    return sorted(rows, key=lambda row: str(row["id"]))


def _why_not(one: Person, on: date) -> str | None:
    if not one.active:
        return "已移出名录"
    if one.certificate_until is not None and one.certificate_until < on:
        return "执法证件已过期"
    return "不在岗" if one.away else None


def strata_of(
    subjects: Iterable[Mapping[str, Any]], percent: int, by_grade: Mapping[str, int], *, order_only: bool
) -> list[dict[str, Any]]:
    """The strata with how many of each are drawn: the share of those who can be drawn, rounded up."""
    members = Counter(row["stratum"] for row in subjects if row["excluded"] is None)
    return [
        {
            "code": code,
            "size": count if order_only else -(-count * by_grade.get(code.partition("/")[0], percent) // 100),
        }
        for code, count in sorted(members.items())
    ]


def counts_of(
    parameters: Mapping[str, Any], subjects: Sequence[Mapping[str, Any]], inspectors: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What a reader wants to know of rosters that are too long to read."""
    members = Counter(row["stratum"] for row in subjects if row["excluded"] is None)
    reasons = Counter(_kind_of_reason(row["excluded"]) for row in subjects if row["excluded"] is not None)
    absent = Counter(row["excluded"] for row in inspectors if row["excluded"] is not None)
    return {
        "subjects": len(subjects),
        "subjects_fit": sum(members.values()),
        "subjects_excluded": dict(sorted(reasons.items())),
        "strata": [
            {"code": one["code"], "members": members[one["code"]], "size": one["size"]} for one in parameters["strata"]
        ],
        "drawn": sum(min(one["size"], members[one["code"]]) for one in parameters["strata"]),
        "inspectors": len(inspectors),
        "inspectors_fit": sum(row["excluded"] is None for row in inspectors),
        "inspectors_excluded": dict(sorted(absent.items())),
        "teams": parameters["teams"],
    }


def _kind_of_reason(reason: str) -> str:
    """A reason without the days in it, so that like ones are counted together."""
    return "上级机关三个月内已检查" if reason.startswith("上级机关") else reason


def bundle_of(parts: Mapping[str, bytes], rest: Mapping[str, Any]) -> bytes:
    """A bundle (`shian-draw/1`) out of its kept parts and the rest, as canonical JSON."""
    whole = {name: canonical(value) for name, value in rest.items()} | dict(parts)
    return b"{" + b",".join(canonical(name) + b":" + whole[name] for name in sorted(whole)) + b"}"
