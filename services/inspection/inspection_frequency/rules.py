"""When whom to inspect, so that every business is inspected whole in time, with the officers there are. Pure.

A month is the unit of planning. Two ends hold for each business: the coverage end (49号令第二十二条, a full inspection
of everybody within two years), which comes first whatever else is due, and the frequency of its grade. A team is
planned by the earliest end first; before anything else a month gets those inspections without which some later month
could not hold all coverage ends. If any plan keeps every coverage end, so does this one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from heapq import heappop, heappush
from uuid import UUID

from services.inspection.checklists.coverage import add_months
from shared.calendar.rules import ONE_DAY

EARLY = 4
"""Who has time may come earlier by so many parts of an interval (at least a month), and no earlier: an inspection made
too soon is another one to make again.
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A business on file. `since`: its last full inspection, else the day it came on file (`checked` False).

    `covered_until` is the last day that this covers; `interval` the months between inspections by its grade.
    """

    id: UUID
    team: str
    interval: int
    since: date
    checked: bool
    covered_until: date


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who takes part in so many inspections a month."""

    id: str
    name: str
    visits: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned full inspection: in which month (0: the first), at the latest on which day, and what it keeps.

    `for_coverage`: it is the one that keeps the coverage end. `late`: months after the grade's
    frequency wanted it.
    """

    business_id: UUID
    month: int
    by: date
    for_coverage: bool
    late: int


@dataclass(frozen=True, slots=True)
class MonthLoad:
    """A team's month: what it can do, what is planned, what is due and stays undone, and each officer's part."""

    month: int
    capacity: int
    planned: int
    undone: int
    officers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shortage:
    """What cannot be done with the officers there are: up to a month so many are due, so many possible.

    `more_visits` more inspections a month would do.
    """

    coverage: bool
    until: int
    due: int
    possible: int
    more_visits: int


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """The plan of one team. `missed`: businesses whose coverage end is not kept. `overdue`: it had run out before."""

    team: str
    visits: tuple[Visit, ...]
    months: tuple[MonthLoad, ...]
    missed: tuple[UUID, ...]
    overdue: tuple[UUID, ...]
    shortages: tuple[Shortage, ...]


@dataclass(slots=True)
class _Team:
    """The state of one team while its months are filled."""

    capacity: int
    start: date
    months: int
    covered: Callable[[date], date]
    subjects: dict[UUID, Subject]
    firsts: list[date]
    ends: dict[UUID, int] = field(default_factory=dict)
    wanted: dict[UUID, int] = field(default_factory=dict)
    pending: list[int] = field(default_factory=list)
    by_end: list[tuple[int, int, UUID]] = field(default_factory=list)
    by_wish: list[tuple[int, bool, int, UUID]] = field(default_factory=list)
    released: list[list[tuple[UUID, int]]] = field(default_factory=list)
    covered_until: dict[UUID, date] = field(default_factory=dict)
    overdue: set[UUID] = field(default_factory=set)
    missed: set[UUID] = field(default_factory=set)
    visits: list[Visit] = field(default_factory=list)

    def first_of(self, month: int) -> date:
        return self.firsts[month]

    def last_of(self, month: int) -> date:
        return self.firsts[month + 1] - ONE_DAY

    def month_of(self, day: date) -> int:
        """The month in which a day lies; before the start negative."""
        return (day.year - self.start.year) * 12 + day.month - self.start.month

    def last_whole_month(self, day: date) -> int:
        """The last month that is over by the end of a day: an inspection any day of it is in time. At least 0."""
        month = self.month_of(day)
        return max(month if (day + ONE_DAY).day == 1 else month - 1, 0)

    def enter(self, subject: Subject, covered_until: date, wanted: int) -> None:
        """Let a business wait for its next inspection."""
        ends_later = covered_until > self.last_of(self.months - 1)  # the next plan keeps it
        end = self.months if ends_later else self.last_whole_month(covered_until)
        self.ends[subject.id], self.wanted[subject.id], self.covered_until[subject.id] = end, wanted, covered_until
        if end < self.months:
            self.pending[end] += 1
            heappush(self.by_end, (end, wanted, subject.id))
        early = min(max(subject.interval // EARLY, 1), subject.interval - 1)
        free_from = max(wanted - early, 0)
        if free_from < self.months:
            self.released[free_from].append((subject.id, wanted))

    def needed_now(self, month: int) -> int:
        """How many must be inspected this month lest a coverage end be broken, now or later."""
        overflow = 0
        for later in range(self.months - 1, month, -1):
            overflow = max(self.pending[later] + overflow - self.capacity, 0)
        return sum(self.pending[: month + 1]) + overflow

    def fill(self, month: int) -> int:
        """Plan one month; returns how many inspections it holds."""
        for business_id, wanted in self.released[month]:
            subject = self.subjects[business_id]
            heappush(self.by_wish, (wanted, subject.checked, subject.interval, business_id))
        done = 0
        for _ in range(min(self.needed_now(month), self.capacity)):
            if (found := self._next_by_end()) is None:
                break
            self._visit(found, month)
            done += 1
        while done < self.capacity and (found := self._next_by_wish()) is not None:
            self._visit(found, month)
            done += 1
        return done

    def undone(self, month: int) -> int:
        return sum(wanted <= month for wanted in self.wanted.values())

    def _next_by_end(self) -> UUID | None:
        while self.by_end:
            end, wanted, business_id = heappop(self.by_end)
            if (end, wanted) == (self.ends[business_id], self.wanted[business_id]):
                return business_id
        return None

    def _next_by_wish(self) -> UUID | None:
        while self.by_wish:
            wanted, _, _, business_id = heappop(self.by_wish)
            if wanted == self.wanted[business_id]:
                return business_id
        return None

    def _visit(self, business_id: UUID, month: int) -> None:
        end, wanted, until = self.ends[business_id], self.wanted[business_id], self.covered_until[business_id]
        if end < self.months:
            self.pending[end] -= 1
        if month > end and business_id not in self.overdue:
            self.missed.add(business_id)
        self.overdue.discard(business_id)
        by = min(self.last_of(month), until) if until >= self.first_of(month) else self.last_of(month)
        self.visits.append(Visit(business_id, month, by, end < self.months, max(month - wanted, 0)))
        subject = self.subjects[business_id]
        self.enter(subject, self.covered(self.first_of(month)), month + subject.interval)


def plan_team(
    team: str,
    subjects: Iterable[Subject],
    officers: Sequence[Officer],
    *,
    start: date,
    months: int,
    officers_a_visit: int,
    covered: Callable[[date], date],
) -> TeamPlan:
    """Plan `months` months from `start` (the first of a month). `covered` says until when an inspection covers.

    The order of subjects and officers does not matter.
    """
    capacity = visits_possible([officer.visits for officer in officers], officers_a_visit)
    known = {subject.id: subject for subject in sorted(subjects, key=lambda one: one.id)}
    firsts = [add_months(start, month) for month in range(months + 1)]
    state = _Team(
        capacity, start, months, covered, known, firsts, pending=[0] * months, released=[[] for _ in range(months)]
    )
    overdue = tuple(subject.id for subject in known.values() if subject.covered_until < start)
    state.overdue.update(overdue)
    for subject in known.values():
        wanted = state.month_of(add_months(subject.since, subject.interval))
        state.enter(subject, subject.covered_until, max(wanted, 0))
    first_ends, first_wishes = dict(state.ends), dict(state.wanted)
    loads, totals = [], dict.fromkeys((officer.id for officer in officers), 0)
    for month in range(months):
        planned = state.fill(month)
        parts = share_out(officers, planned, officers_a_visit, totals)
        for officer_id, part in parts.items():
            totals[officer_id] += part
        loads.append(MonthLoad(month, capacity, planned, state.undone(month), parts))
    state.missed.update(business_id for business_id, end in state.ends.items() if end < months)
    ends = [end for business_id, end in first_ends.items() if known[business_id].covered_until >= start]
    wishes = [
        month
        for business_id, wish in first_wishes.items()
        for month in range(wish, months, known[business_id].interval)
    ]
    shortages = [shortage(True, ends, capacity, months), shortage(False, wishes, capacity, months)]
    return TeamPlan(
        team=team,
        visits=tuple(sorted(state.visits, key=lambda visit: (visit.month, visit.business_id))),
        months=tuple(loads),
        missed=tuple(sorted(state.missed)),
        overdue=overdue,
        shortages=tuple(one for one in shortages if one is not None),
    )


def visits_possible(limits: Sequence[int], officers_a_visit: int) -> int:
    """How many inspections a month hold when each takes so many different officers, each up to a limit.

    It is the greatest V for which Σ min(limit, V) ≥ V × officers: then, and only then, they can be shared out.
    """
    possible = sum(limits) // officers_a_visit
    while possible and sum(min(limit, possible) for limit in limits) < possible * officers_a_visit:
        possible -= 1
    return possible


def share_out(
    officers: Sequence[Officer], visits: int, officers_a_visit: int, so_far: Mapping[str, int]
) -> dict[str, int]:
    """Each officer's part of so many inspections, as even as limits allow; who had fewer so far has the odd ones."""
    limits = {officer.id: min(officer.visits, visits) for officer in officers}
    wanted, level = visits * officers_a_visit, 0
    while sum(min(limit, level) for limit in limits.values()) < wanted:
        level += 1
    parts = {officer_id: min(limit, level) for officer_id, limit in limits.items()}
    full = sorted(
        (officer_id for officer_id, part in parts.items() if part == level),
        key=lambda officer_id: (-so_far[officer_id], officer_id),
    )
    for officer_id in full[: sum(parts.values()) - wanted]:
        parts[officer_id] -= 1
    return parts


def shortage(coverage: bool, ends: Sequence[int], capacity: int, months: int) -> Shortage | None:
    """Where ends crowd most: up to that month more are due than can be done. None when all can be done.

    With unit inspections and one capacity a month, all ends can be kept exactly when no month is so.
    """
    due_by = [0] * months
    for end in ends:
        if end < months:
            due_by[end] += 1
    worst, more, running = None, 0, 0
    for month in range(months):
        running += due_by[month]
        possible = capacity * (month + 1)
        more = max(more, -(-running // (month + 1)) - capacity)
        if running > possible and (worst is None or running - possible > worst[1] - worst[2]):
            worst = (month, running, possible)
    return Shortage(coverage, *worst, more_visits=more) if worst else None
