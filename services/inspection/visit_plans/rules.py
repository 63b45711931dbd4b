"""From duties to a week of visits. Pure; the order of duties and officers does not matter.

One visit does everything at a place that is due this week, and along with it what falls due there in the time ahead
(无事不扰: nobody is visited twice for what one visit can do). A place where nothing is due is left alone.

Visits are placed one after the other, the one due first in front, each on a day not later than it is due if there is
one: a day on which somebody is in that town anyway, else the earliest. Whoever is in the town that day goes first, then
whoever has fewest visits this week. This does not try all combinations; what it leaves undone could not be added to
what it placed, and `possible` is a bound that no plan could pass.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.inspection.inspection_frequency.rules import visits_possible
from services.inspection.visit_plans.codes import DutyKind, Undone


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go: a business (`kind` is what an inspector must be able to inspect), or a stall not on file (None).

    `regions`: its region and all above; `order`: its place in the order of visits, None where there is none.
    """

    id: str
    name: str
    kind: str | None
    town: str
    regions: frozenset[str]
    order: int | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """A reason to go to a place, at the latest on `due` (None: no end). `sent`: who alone may go, by a draw."""

    kind: DutyKind
    place: str
    source: str
    due: date | None
    sent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Officer:
    """Who may go where: able to inspect `skills`, in his region, not where he is recused; on these days.

    `only_drawn`: of another department, who goes only where a joint draw sent him.
    """

    id: str
    name: str
    region: str
    skills: frozenset[str]
    days: frozenset[date]
    recused_from: frozenset[str] = frozenset()
    only_drawn: bool = False

    def may_visit(self, place: Place) -> bool:
        return (
            self.region in place.regions
            and place.id not in self.recused_from
            and (place.kind is None or place.kind in self.skills)
        )


@dataclass(frozen=True, slots=True)
class Stop:
    """All that one visit does at a place; `due` is the end that comes first."""

    place: Place
    duties: tuple[Duty, ...]

    @property
    def due(self) -> date | None:
        return min((duty.due for duty in self.duties if duty.due is not None), default=None)

    @property
    def sent(self) -> frozenset[str]:
        return frozenset().union(*(duty.sent for duty in self.duties))

    @property
    def urgency(self) -> tuple[bool, date, int, int, str]:
        """Less is more urgent."""
        due, order = self.due, self.place.order
        rank = min(duty.kind.rank for duty in self.duties if duty.due == due)
        return due is None, due or date.max, rank, order if order is not None else 2**31, self.place.id


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A stop with its day and who goes; `late`: days after it was due."""

    stop: Stop
    day: date
    officers: tuple[str, ...]
    late: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A stop that cannot be made this week: why, and how many officers may go there at all."""

    stop: Stop
    why: Undone
    able: int


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """`possible`: no plan makes more visits with these officers. `loads`: visits of each officer by day."""

    visits: tuple[PlannedVisit, ...]
    left_out: tuple[LeftOut, ...]
    loads: Mapping[str, Mapping[date, int]]
    possible: int


def stops_of(places: Mapping[str, Place], duties: Iterable[Duty], *, week_end: date, ahead_until: date) -> list[Stop]:
    """The visits that the week calls for, the most urgent first: where something is due by the end of the week or was
    drawn, with all that falls due there until `ahead_until`.
    """
    at: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        if duty.due is None or duty.due <= ahead_until:
            at[duty.place].append(duty)
    stops = [
        Stop(places[place], tuple(sorted(there, key=_by_end)))
        for place, there in at.items()
        if any(duty.due is None or duty.due <= week_end for duty in there)
    ]
    return sorted(stops, key=lambda stop: stop.urgency)


def _by_end(duty: Duty) -> tuple[bool, date, int, str]:
    return duty.due is None, duty.due or date.max, duty.kind.rank, duty.source


def plan_week(
    stops: Iterable[Stop],
    officers: Iterable[Officer],
    days: Sequence[date],
    *,
    officers_a_visit: int,
    visits_a_day: int,
) -> WeekPlan:
    """Place the stops on the working days of a week."""
    week = _Week(sorted(officers, key=lambda one: one.id), sorted(days), officers_a_visit, visits_a_day)
    for stop in sorted(stops, key=lambda one: one.urgency):
        week.place(stop)
    limits = [len(officer.days & set(days)) * visits_a_day for officer in week.officers]
    return WeekPlan(
        visits=tuple(sorted(week.visits, key=lambda visit: (visit.day, visit.stop.place.town, visit.stop.urgency))),
        left_out=tuple(week.left_out),
        loads={officer.id: dict(week.load[officer.id]) for officer in week.officers},
        possible=visits_possible(limits, officers_a_visit),
    )


@dataclass(slots=True)
class _Week:
    """A week while it is filled."""

    officers: list[Officer]
    days: list[date]
    officers_a_visit: int
    visits_a_day: int
    visits: list[PlannedVisit] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    load: dict[str, dict[date, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    towns: dict[tuple[str, date], set[str]] = field(default_factory=lambda: defaultdict(set))

    def place(self, stop: Stop) -> None:
        able = [
            one
            for one in self.officers
            if one.may_visit(stop.place) and (one.id in stop.sent if stop.sent else not one.only_drawn)
        ]
        wanted = max(self.officers_a_visit, len(stop.sent))
        free = {day: [one for one in able if self._is_free(one, day)] for day in self.days}
        open_days = [day for day in self.days if len(free[day]) >= wanted]
        if not open_days:
            why = Undone.DRAWN_BUSY if stop.sent else Undone.NOBODY_MAY if len(able) < wanted else Undone.ALL_BUSY
            self.left_out.append(LeftOut(stop, why, len(able)))
            return
        due = stop.due
        in_time = [day for day in open_days if due is None or day <= due]
        town = stop.place.town
        there = [day for day in in_time if self._is_anyone_in(town, day, free[day])]
        day = (there or in_time or open_days)[0]
        going = sorted(free[day], key=lambda one: (town not in self.towns[one.id, day], self._week_load(one), one.id))
        sent = going[:wanted]
        for one in sent:
            self.load[one.id][day] += 1
            self.towns[one.id, day].add(town)
        late = max((day - due).days, 0) if due is not None else 0
        self.visits.append(PlannedVisit(stop, day, tuple(sorted(one.id for one in sent)), late))

    def _is_free(self, officer: Officer, day: date) -> bool:
        return day in officer.days and self.load[officer.id][day] < self.visits_a_day

    def _is_anyone_in(self, town: str, day: date, officers: Iterable[Officer]) -> bool:
        return any(town in self.towns[one.id, day] for one in officers)

    def _week_load(self, officer: Officer) -> int:
        return sum(self.load[officer.id].values())
