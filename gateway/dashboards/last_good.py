"""The last good answers, kept in memory for the minutes in which a service is silent."""

from collections import OrderedDict
from dataclasses import dataclass, field
from time import monotonic

from shared.contracts.codes import Unit
from shared.contracts.figures import FigureSheet
from shared.http.auth import Actor

KEPT = 2000
COLD_SECONDS = 60.0
"""A service that has not answered by then is not waited for any longer than the others."""

Key = tuple[Unit, str, str, frozenset[str], tuple[str, ...], frozenset[str]]


def key_of(unit: Unit, region: str, period: str, actor: Actor) -> Key:
    """Answers are kept per roles, regions and scopes of the asker: nobody is shown what only somebody else may see."""
    return (unit, region, period, frozenset(actor.roles), actor.regions, actor.scopes)


@dataclass
class LastGood:
    """At most `KEPT` sheets; the one not asked for longest goes first."""

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

    def is_cold(self, unit: Unit) -> bool:
        """Whether a service may still be starting: this process has just begun, and it has not answered yet."""
        return unit not in self._answered and monotonic() - self._began < COLD_SECONDS
