"""Which units hear which events. The publisher writes one delivery a listener, so it has to know them.

A test holds this table equal to the subscribers that the units register.
"""

from collections.abc import Mapping

from shared.contracts.codes import SERVICES, Unit

SUBSCRIPTIONS: Mapping[str, tuple[Unit, ...]] = {
    "gateway.region.changed.v1": SERVICES,
    "gateway.region_population.stated.v1": SERVICES,
    "sampling.rapid_test.failed.v1": (Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING),
    "sampling.whistle.closed.v1": (Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING),
    "sampling.sample.concluded.v1": (Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING),
    "sampling.disposal.closed.v1": (Unit.INSPECTION, Unit.SCORING),
    "sampling.recall.requested.v1": (Unit.TRACEABILITY,),
    "sampling.case.requested.v1": (Unit.INSPECTION,),
    "sampling.clock.breached.v1": (Unit.SAMPLING,),
    "sampling.clock.end_withdrawn.v1": (Unit.SAMPLING,),
    "inspection.business.registered.v1": (Unit.SAMPLING, Unit.TRACEABILITY, Unit.SCORING),
    "inspection.business.changed.v1": (Unit.SAMPLING, Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING),
    "inspection.business.merged.v1": (Unit.SAMPLING, Unit.TRACEABILITY, Unit.INSPECTION),
    "inspection.business.merge_undone.v1": (Unit.SAMPLING, Unit.TRACEABILITY, Unit.INSPECTION),
    "inspection.business.related.v1": (Unit.TRACEABILITY,),
    "inspection.visit.completed.v1": (Unit.INSPECTION,),
    "scoring.credit_grade.changed.v1": (Unit.INSPECTION,),
    "traceability.lot.held.v1": (Unit.INSPECTION,),
    "traceability.lot.released.v1": (Unit.INSPECTION,),
    "traceability.recall.opened.v1": (Unit.SAMPLING, Unit.INSPECTION),
    "traceability.recall.closed.v1": (Unit.SAMPLING, Unit.INSPECTION),
    "traceability.doubt.raised.v1": (Unit.INSPECTION,),
    "inspection.consumer_clue.changed.v1": (Unit.TRACEABILITY,),
    "inspection.clock.breached.v1": (Unit.INSPECTION,),
    "inspection.clock.end_withdrawn.v1": (Unit.INSPECTION,),
}
"""Event type → the units that handle it."""
