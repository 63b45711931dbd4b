"""Freezing what is drawn from: the rosters as they stand now, with everybody who cannot be drawn and why."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.dated_rules.contents import DrawWeights, Subject
from services.inspection.grid.dated_rules.service import rule_for
from services.inspection.inspection_frequency.codes import PlanningRule
from services.inspection.inspection_frequency.repository import rules_on
from services.inspection.random_draws import repository, rules
from services.inspection.random_draws.codes import DrawPurpose
from services.inspection.random_draws.inspectors import repository as inspectors_roster
from services.inspection.random_draws.problems import DrawImpossible, impossible, refused
from services.inspection.random_draws.rules import Candidate, Frame, Person
from services.inspection.random_draws.schemas import DrawFreeze
from services.inspection.random_draws.verifier import faults_of
from shared.clocks import rules as clock_rules
from shared.clocks.repository import rules_in_force
from shared.contracts.clocks import Authority
from shared.times import day_of, now, start_of_day

WEIGHTS = "random-draw"
REPETITION_RULE = "repeat_inspection_ban"
MOST_BUSINESSES = 200_000
LOOKED_BACK = timedelta(days=400)
"""Longer than any rule keeps a lower authority away, so that old visits need not be read."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the hashes of the commitment are taken of."""

    parameters: dict[str, Any]
    subjects: list[dict[str, Any]]
    inspectors: list[dict[str, Any]]

    @property
    def counts(self) -> dict[str, Any]:
        return rules.counts_of(self.parameters, self.subjects, self.inspectors)


async def freeze_rosters(session: AsyncSession, body: DrawFreeze) -> Frozen:
    """Gather both rosters as of today.

    Raises `NoRuleInForce`, `InvalidRequest`, `DrawImpossible` (too many, nobody, above the share that may be drawn).
    """
    today = day_of(now())
    rule = await rule_for(session, Subject.DRAW_WEIGHTS, WEIGHTS, body.region_code, today)
    weights = rule.says(DrawWeights)
    at_least = (await rules_on(session, today))[PlanningRule.OFFICERS_A_VISIT]
    if body.teams[0].each < at_least.value:
        message = f"牵头单位每次不少于 {at_least.value} 名检查人员（{at_least.source}）"
        raise refused("/teams/0/each", message, "too_few")
    if await repository.count_businesses(session, body.region_code, body.kinds) > MOST_BUSINESSES:
        raise DrawImpossible(f"超过 {MOST_BUSINESSES} 户，请按镇街或类别分次抽取")
    frame = Frame(
        purpose=body.purpose,
        weights=weights,
        stratify=body.stratify,
        on=today,
        months=await _months_kept_away(session),
        left_out={one.business_id: one.reason for one in body.exclusions},
    )
    people = await inspectors_roster.roster_of(session, body.region_code, [team.code for team in body.teams])
    accounts = {str(one.user_id): str(one.id) for one in people}
    candidates = await _candidates(session, body, today, accounts)
    subjects = rules.subject_rows(candidates, frame)
    unknown = frame.left_out.keys() - {one.id for one in candidates}
    if unknown:
        places = [index for index, one in enumerate(body.exclusions) if one.business_id in unknown]
        raise refused(f"/exclusions/{places[0]}/business_id", "名单里没有这个主体，请核对编号", "unknown_business")
    inspectors = rules.inspector_rows(await _people(session, body, people, candidates, today), today)
    order_only = body.purpose is DrawPurpose.KEY_MATTERS
    by_grade = {str(grade): percent for grade, percent in body.percent_by_grade.items()}
    parameters = {
        "title": body.title,
        "purpose": body.purpose.value,
        "region_code": body.region_code,
        "frozen_on": today.isoformat(),
        "stratify": body.stratify.value,
        "percent": body.percent,
        "percent_by_grade": by_grade,
        "strata": rules.strata_of(subjects, body.percent, by_grade, order_only=order_only),
        "teams": [{"code": team.code, "each": team.each} for team in body.teams],
        "load_slack": body.load_slack,
        "order_only": order_only,
        "weights": weights.model_dump(mode="json"),
        "weights_source": rule.source,
        "weights_verified": rule.verified,
        "months_kept_away": frame.months,
    }
    _ensure_drawable(body, weights, parameters, subjects, inspectors)
    return Frozen(parameters, subjects, inspectors)


def _ensure_drawable(
    body: DrawFreeze,
    weights: DrawWeights,
    parameters: dict[str, Any],
    subjects: list[dict[str, Any]],
    inspectors: list[dict[str, Any]],
) -> None:
    fit = sum(row["excluded"] is None for row in subjects)
    wanted = sum(one["size"] for one in parameters["strata"])
    if not wanted:
        raise DrawImpossible("一户也抽不出：没有可以抽取的主体，或比例为零")
    cap = weights.most_percent
    if body.purpose is DrawPurpose.GENERAL and cap is not None and wanted * 100 > cap * fit:
        raise DrawImpossible(f"共抽 {wanted} 户，超过一般检查事项的上限 {cap}%（可抽取的 {fit} 户），请减小比例")
    there = Counter(row["team"] for row in inspectors if row["excluded"] is None)
    if nobody := [team.code for team in body.teams if not there[team.code]]:
        raise DrawImpossible(f"{'、'.join(nobody)}没有可以抽取的检查人员，请先登记检查人员名录")
    if faults := faults_of(parameters, subjects, inspectors):
        raise impossible(faults)


async def _candidates(
    session: AsyncSession, body: DrawFreeze, today: date, accounts: dict[str, str]
) -> list[Candidate]:
    region, kinds = body.region_code, body.kinds
    grades = await repository.grades_of(session, region, kinds, today)
    cells = await repository.own_cells_of(session, region, kinds, today)
    visitors = await repository.last_visits(session, region, kinds)
    above = await repository.checks_from_above(session, region, kinds, start_of_day(today) - LOOKED_BACK)
    return [
        Candidate(
            id=row.id,
            name=row.name,
            kind=row.kind,
            status=row.status,
            merged=row.merged_into is not None,
            grid=cells.get(row.id, row.region_code),
            risk=grades.get(row.id),
            credit=row.credit_grade,
            last_inspectors=tuple(accounts[one] for one in visitors.get(row.id, ()) if one in accounts),
            checked_above_on=day_of(above[row.id]) if row.id in above else None,
        )
        for row in await repository.businesses_of(session, region, kinds)
    ]


async def _people(
    session: AsyncSession, body: DrawFreeze, people: Any, candidates: list[Candidate], today: date
) -> list[Person]:
    """The inspectors. Whoever holds the region itself or one above it as a post is not kept from everywhere."""
    users = {one.user_id: one.id for one in people}
    grids = {one.grid for one in candidates}
    held = await inspectors_roster.cells_held_on(session, users, today)
    whole = await repository.regions_from(session, body.region_code)
    below = await repository.cells_below(session, {cell for _, cell in held if cell not in whole}, grids)
    cells: dict[UUID, set[str]] = {}
    for user_id, cell in held:
        if cell not in whole:
            cells.setdefault(users[user_id], set()).update({cell} & grids, below.get(cell, ()))
    on_roster = {one.id for one in candidates}
    recused: dict[UUID, set[UUID]] = {}
    for recusal in await inspectors_roster.recusals_on(session, [one.id for one in people], today):
        if recusal.business_id in on_roster:
            recused.setdefault(recusal.inspector_id, set()).add(recusal.business_id)
    return [
        Person(
            id=one.id,
            name=one.name,
            team=one.department,
            skills=one.skills,
            cells=frozenset(cells.get(one.id, ())),
            recused_from=frozenset(recused.get(one.id, ())),
            active=one.active,
            away=one.is_away(today),
            certificate_until=one.certificate_until,
        )
        for one in people
    ]


async def _months_kept_away(session: AsyncSession) -> int | None:
    """How long a lower authority may not repeat what one above has checked, by the rule in force today."""
    rows = [row.to_rule() for row in await rules_in_force(session, REPETITION_RULE)]
    rule = clock_rules.applicable(rows, REPETITION_RULE, Authority.MARKET, now())
    return rule.length if rule else None
