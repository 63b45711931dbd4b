"""Calculating an index for the places of a region, and keeping what it was made from."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation.bounds import beyond
from services.scoring.indicators.source import FigureSource
from services.scoring.indices import repository
from services.scoring.indices.content import IndexRules
from services.scoring.indices.models import IndexRule, IndexRun
from services.scoring.indices.problems import NoIndexRule, UnknownIndexRun
from services.scoring.indices.rules import Values, index_of, places_of, range_of, scenarios
from services.scoring.indices.schemas import IndexRunCreate, IndexRunRead, IndexRunSummary
from services.scoring.indices.taking import Readings, read_places
from services.scoring.schemes.files import fingerprint
from shared.contracts.figures import Period
from shared.dated_rules.repository import rule_on
from shared.figures.repository import codes_directly_below
from shared.http.auth import Actor
from shared.http.problems import FieldError, InvalidRequest
from shared.ids import uuid7
from shared.regions.repository import those_within
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now

MOST_ERRORS = 200


async def calculate(session: AsyncSession, body: IndexRunCreate, source: FigureSource, actor: Actor) -> IndexRun:
    """Calculate a quarter under the rule of its last day, of what the services tell now and of what is posted.

    Raises OutsideRegion, NoIndexRule, and InvalidRequest with every place or indicator that does not belong.
    """
    await ensure_in_scope(session, actor, body.region_code)
    period = Period.parse(body.period)
    rule = await rule_on(session, IndexRule, period.last, IndexRule.code == body.code)
    if rule is None:
        raise NoIndexRule(f"{period.last} 没有代码为 {body.code} 的指数办法，请先登记")
    rules = rule.rules
    await _check(session, body, period, rules)
    readings: Readings = {}
    if body.live:
        places = await codes_directly_below(session, body.region_code)
        readings = await read_places(source, rules, body.region_code, places, period)
    counted = _counted(readings, body.values)
    if not counted:
        raise InvalidRequest(f"区划 {body.region_code} 之下没有现行的地区，请改在 values 里写各地的值")
    number = await repository.last_number(session, body.code, body.region_code, body.period) + 1
    before = await repository.last_run(session, body.code, body.region_code, str(period.previous))
    results, others = await asyncio.to_thread(_results, rules, counted, _indices_of(before))
    values = _plain(counted)
    told = {place: {code: one.model_dump(mode="json") for code, one in own.items()} for place, own in readings.items()}
    run = IndexRun(
        **body.model_dump(include={"code", "region_code", "period", "source"}),
        id=uuid7(),
        number=number,
        rule_id=rule.id,
        values=values,
        values_sha256=fingerprint(values),
        posted=_plain(body.values),
        readings=told,
        readings_sha256=fingerprint(told) if body.live else None,
        results=results,
        scenarios=others,
        calculated_by=actor.id,
    )
    session.add(run)
    await session.flush()
    return run


async def show_run(session: AsyncSession, run_id: UUID, actor: Actor) -> IndexRunRead:
    """One calculation whole. Raises UnknownIndexRun."""
    found = await repository.get_run(session, run_id, actor)
    if found is None:
        raise UnknownIndexRun
    run, rule = found
    return IndexRunRead(
        **IndexRunSummary.model_validate(run).model_dump(),
        rules=rule.rules,
        verified=rule.verified,
        values=run.values,
        values_sha256=run.values_sha256,
        posted=run.posted,
        readings=run.readings,
        readings_sha256=run.readings_sha256,
        results=run.results,
        scenarios=run.scenarios,
    )


async def _check(session: AsyncSession, body: IndexRunCreate, period: Period, rules: IndexRules) -> None:
    errors = []
    if period.last > day_of(now()):
        errors.append(FieldError(pointer="/period", message=f"{period.label}还没有过完，请改正", code="future"))
    inside = await those_within(session, set(body.values), [body.region_code])
    known = {one.code: one for one in rules.indicators}
    for place, values in body.values.items():
        if place not in inside:
            errors.append(
                FieldError(
                    pointer=f"/values/{place}", message=f"{place} 不在 {body.region_code} 之内，请改正", code="outside"
                )
            )
        errors += [
            FieldError(
                pointer=f"/values/{place}/{name}",
                message=f"这个指数没有指标 {name}，可写的有：{'、'.join(sorted(known))}",
                code="unknown",
            )
            for name in values
            if name not in known
        ]
        errors += [
            FieldError(pointer=f"/values/{place}/{name}", message=f"“{known[name].title}”的{why}", code="beyond")
            for name, value in values.items()
            if name in known and value is not None and (why := beyond(known[name].unit, value))
        ]
    if errors:
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors[:MOST_ERRORS])


def _results(
    rules: IndexRules, values: Mapping[str, Values], before: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Everybody's result, the first place first, and the scenarios, as they are stored."""
    indices = {place: index_of(rules, own) for place, own in values.items()}
    placed, others = places_of(indices), scenarios(rules, values)
    found = []
    for place in sorted(indices, key=lambda one: (placed.get(one, len(indices) + 1), one)):
        one, own = indices[place], placed.get(place)
        best, worst = (None, None) if own is None else range_of(place, own, others)
        found.append(
            {
                "region_code": place,
                "index": _text(one.value),
                "known": _text(one.known),
                "normalised": {code: _text(value) for code, value in one.normalised.items()},
                "place": own,
                "place_at_best": best,
                "place_at_worst": worst,
                "index_before": before.get(place),
            }
        )
    told = [
        {
            "name": one.name,
            "moved": sum(one.places.get(place) != own for place, own in placed.items()),
            "places": dict(one.places),
        }
        for one in others
    ]
    return found, told


def _counted(readings: Readings, posted: Mapping[str, Values]) -> dict[str, Values]:
    """What is calculated with: what was read, and what was posted before it."""
    read = {place: {code: one.value for code, one in own.items()} for place, own in readings.items()}
    return {place: {**read.get(place, {}), **posted.get(place, {})} for place in {**read, **posted}}


def _plain(values: Mapping[str, Values]) -> dict[str, dict[str, str | None]]:
    return {place: {code: _text(value) for code, value in own.items()} for place, own in values.items()}


def _indices_of(run: IndexRun | None) -> dict[str, str]:
    return {} if run is None else {one["region_code"]: one["index"] for one in run.results if one["index"] is not None}


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")
