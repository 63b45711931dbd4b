"""Which units hear which events. The publisher writes one delivery a listener, so it has to know them.

A test holds this table equal to the subscribers that the units register.
"""

from collections.abc import Mapping

from shared.contracts.codes import SERVICES, Unit

SUBSCRIPTIONS: Mapping[str, tuple[Unit, ...]] = {
    "gateway.region.changed.v1": SERVICES,
    "gateway.region_population.stated.v1": SERVICES,
    "sampling.rapid_test.failed.v1": (Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING, Unit.GATEWAY),
    "sampling.whistle.closed.v1": (Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING, Unit.GATEWAY),
    "sampling.sample.concluded.v1": (Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING, Unit.GATEWAY),
    "sampling.disposal.closed.v1": (Unit.INSPECTION, Unit.SCORING, Unit.GATEWAY),
    "sampling.recall.requested.v1": (Unit.TRACEABILITY,),
    "sampling.case.requested.v1": (Unit.INSPECTION,),
    "sampling.clock.breached.v1": (Unit.SAMPLING, Unit.GATEWAY),
    "sampling.clock.end_withdrawn.v1": (Unit.SAMPLING,),
    "inspection.business.registered.v1": (Unit.SAMPLING, Unit.TRACEABILITY, Unit.SCORING, Unit.GATEWAY),
    "inspection.business.changed.v1": (Unit.SAMPLING, Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING, Unit.GATEWAY),
    "inspection.business.merged.v1": (Unit.SAMPLING, Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING, Unit.GATEWAY),
    "inspection.business.merge_undone.v1": (Unit.SAMPLING, Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING),
    "inspection.business.related.v1": (Unit.TRACEABILITY,),
    "inspection.visit.completed.v1": (Unit.INSPECTION, Unit.GATEWAY),
    "scoring.credit_grade.changed.v1": (Unit.INSPECTION,),
    "traceability.lot.held.v1": (Unit.INSPECTION, Unit.GATEWAY),
    "traceability.lot.released.v1": (Unit.INSPECTION, Unit.GATEWAY),
    "traceability.recall.opened.v1": (Unit.SAMPLING, Unit.INSPECTION, Unit.GATEWAY),
    "traceability.recall.closed.v1": (Unit.SAMPLING, Unit.INSPECTION, Unit.GATEWAY),
    "traceability.doubt.raised.v1": (Unit.INSPECTION, Unit.GATEWAY),
    "inspection.consumer_clue.changed.v1": (Unit.TRACEABILITY,),
    "inspection.clock.breached.v1": (Unit.INSPECTION, Unit.GATEWAY),
    "inspection.clock.end_withdrawn.v1": (Unit.INSPECTION,),
    "traceability.clock.breached.v1": (Unit.GATEWAY,),
    "scoring.clock.breached.v1": (Unit.GATEWAY,),
}
"""Event type → the units that handle it."""
