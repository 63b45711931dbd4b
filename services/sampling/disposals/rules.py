"""Who disposes of an unqualified sample, what a step builds on, and what a closure must show. Pure."""

from collections.abc import Iterable, Set
from typing import NamedTuple

from shared.contracts.disposals import CaseStep, Handling, Recipient, Topic
from shared.contracts.statutory_sampling import CaseSide, Link

BUILDS_ON: dict[CaseStep, frozenset[CaseStep]] = {
    CaseStep.FILED: frozenset({CaseStep.CASE_REQUESTED, CaseStep.NOT_FILED}),
    CaseStep.NOT_FILED: frozenset({CaseStep.CASE_REQUESTED}),
    CaseStep.PENALISED: frozenset({CaseStep.FILED}),
    CaseStep.RECTIFIED: frozenset({CaseStep.STARTED}),
    CaseStep.TAKEN_OVER: frozenset({CaseStep.REGION_NOTIFIED}),
    CaseStep.EXTENDED: frozenset({CaseStep.EXTENDED}),
    CaseStep.CLOSED: frozenset(CaseStep) - {CaseStep.CLOSED},
}
"""Steps that cannot have happened before others; none can before the conclusion came in. Goods may have been stopped
from sale, and the party told, before the case was formally started.
"""

SERVICE = frozenset({CaseStep.SERVED, CaseStep.SERVICE_CORRECTED, CaseStep.SERVICE_CONFIRMED})
"""Lines of the timeline that tell of service; when it was, the notices say."""

SHOWN_BY: dict[Topic, frozenset[CaseStep]] = {
    Topic.STARTED: frozenset({CaseStep.STARTED, CaseStep.TAKEN_OVER}),
    Topic.STOP_SALE: frozenset({CaseStep.STOPPED_SALE, CaseStep.SEALED}),
    Topic.RECALL: frozenset({CaseStep.RECALL_REQUESTED, CaseStep.RECALL_NOT_NEEDED}),
    Topic.CAUSE: frozenset({CaseStep.CAUSE_FOUND}),
    Topic.RECTIFICATION: frozenset({CaseStep.RECTIFIED}),
    Topic.FILING: frozenset({CaseStep.FILED, CaseStep.NOT_FILED}),
    Topic.PENALTY: frozenset({CaseStep.PENALISED}),
    Topic.REGION_NOTICE: frozenset({CaseStep.REGION_NOTIFIED}),
}
"""Which steps show a topic. That the result was served is shown by the notices themselves."""


class Requirement(NamedTuple):
    """A topic that a closure must show, always or only where a penalty case was filed."""

    topic: Topic
    only_if_filed: bool


def missing_topics(
    requirements: Iterable[Requirement], steps: Set[CaseStep], *, all_served: bool, filed: bool
) -> list[Topic]:
    """The topics that are required and not shown, in the order in which they are defined."""
    wanted = {item.topic for item in requirements if filed or not item.only_if_filed}
    shown = {topic for topic, kinds in SHOWN_BY.items() if not kinds.isdisjoint(steps)}
    if all_served:
        shown.add(Topic.SERVED)
    return [topic for topic in Topic if topic in wanted - shown]


class Party(NamedTuple):
    """Who answers on one side of a sample."""

    side: CaseSide
    name: str
    uscc: str | None

    @property
    def recipient(self) -> Recipient:
        return Recipient.PRODUCER if self.side is CaseSide.PRODUCER else Recipient.SELLER


def parties_of(link: Link, sampled: tuple[str, str | None], producer: tuple[str | None, str | None]) -> list[Party]:
    """The sides of a sample; `sampled` and `producer` are name and USCC as the form has them.

    Sampled at the producer's, the sampled party is the producer and there is no seller. A shop that made the food
    itself answers once, as the seller. Without a producer on the label (farm produce, bulk) there is the seller alone.
    """
    if link is Link.PRODUCTION:
        return [Party(CaseSide.PRODUCER, *sampled)]
    seller = Party(CaseSide.SELLER, *sampled)
    name, uscc = producer
    if not name or name == seller.name or (uscc is not None and uscc == seller.uscc):
        return [seller]
    return [Party(CaseSide.PRODUCER, name, uscc), seller]


def handling_of(party: Party, county: str, registered_in: Iterable[str]) -> Handling:
    """Whether the bureau of `county` (12 digits) disposes itself.

    `registered_in` are the county-or-higher regions known of the party, from the register. Without any, the division
    in its USCC (digits 3 to 8: the registering office) is asked; one that is the county's city or province, or none at
    all, leaves the party with the bureau that took the sample, which may still pass it on.
    """
    if party.side is CaseSide.SELLER:
        return Handling.OWN
    divisions = [code[:6] for code in registered_in] or ([party.uscc[2:8]] if party.uscc else [])
    if not divisions:
        return Handling.OWN
    own = {county[:6], f"{county[:4]}00", f"{county[:2]}0000"}
    return Handling.OWN if any(division in own for division in divisions) else Handling.ELSEWHERE
