"""What a gateway remembers between dashboards: the last good answers, for the minutes in which a service is silent, the
looks under way, and who stands in line at each service.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from time import monotonic

from gateway.dashboards.lines import Line
from gateway.dashboards.shared_looks import SharedLooks
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import FigureSheet
from shared.http.auth import Actor

KEPT = 2000
COLD_SECONDS = 60.0
"""A service that has not answered by then is not waited for any longer than the others."""

Sight = tuple[str, frozenset[Role], tuple[str, ...], frozenset[str]]
Key = tuple[Unit, str, str, Sight]


def sight_of(actor: Actor) -> Sight:
    """All that decides what an asker may see of a dashboard: kind, roles, regions and scopes."""
    return (actor.kind, actor.roles, actor.regions, actor.scopes)


def key_of(unit: Unit, region: str, period: str, actor: Actor) -> Key:
    """Answers are kept by the asker's sight: nobody is shown what only somebody else may see."""
    return (unit, region, period, sight_of(actor))


@dataclass
class LastGood:
    """At most `KEPT` sheets; the one not asked for longest goes first."""

    looks: SharedLooks = field(default_factory=SharedLooks)
    _lines: dict[tuple[Unit, bool], Line] = field(default_factory=dict)
    _sheets: OrderedDict[Key, FigureSheet] = field(default_factory=OrderedDict)
    _answered: set[Unit] = field(default_factory=set)
    _began: float = field(default_factory=monotonic)

    def keep(self, key: Key, sheet: FigureSheet) -> None:
        self._sheets[key] = sheet
        self._answered.add(key[0])
        self._sheets.move_to_end(key)
        if len(self._sheets) > KEPT:
            self._sheets.popitem(last=False)

    def find(self, key: Key) -> FigureSheet | None:
        return self._sheets.get(key)

    def line_at(self, unit: Unit, *, looking_back: bool) -> Line:
        """The line before a service; looks back, which take long, stand in one of their own."""
        return self._lines.setdefault((unit, looking_back), Line(unit))

    def is_cold(self, unit: Unit) -> bool:
        """Whether a service may still be starting: this process has just begun, and it has not answered yet."""
        return unit not in self._answered and monotonic() - self._began < COLD_SECONDS
