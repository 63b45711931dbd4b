"""Every route that changes something leaves its record in the log of writes."""

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from gateway.database import open_recording_unit_of_work
from shared.contracts.codes import Unit
from shared.database import open_unit_of_work
from shared.http.routing import Route
from tests.conftest import MODULES, app_module

READING = {"GET", "HEAD", "OPTIONS"}
UNITS_OF_WORK = {open_unit_of_work, open_recording_unit_of_work}
CHANGES_NOTHING = {
    "/events": "what other units tell was a write there, recorded there",
    "/v1/evaluate": "calculates and keeps nothing",
    "/v1/responsibility-texts": "writes out a text and keeps nothing",
    "/resolver/{path:path}": "refuses every method but reading",
    "/resolver/.well-known/gs1resolver": "refuses every method but reading",
}
"""Routes of writing methods without a record, each with its reason. A new one has to be argued for here."""


def _calls(dependant: Dependant) -> set[object]:
    return {dependant.call}.union(*(_calls(inner) for inner in dependant.dependencies))


def test_every_route_that_changes_something_leaves_a_record() -> None:
    """Pages of the gateway are left out: what they change, they change through these routes, or note it by hand."""
    silent = set()
    for unit in MODULES:
        for context in iter_route_contexts(app_module(unit).app.routes):
            route = context.original_route
            if not isinstance(route, APIRoute) or set(context.methods or ()) <= READING:
                continue
            if unit is Unit.GATEWAY and not isinstance(route, Route):
                continue
            if not isinstance(route, Route) or not UNITS_OF_WORK & _calls(route.dependant):
                silent.add(context.path)
    assert silent == set(CHANGES_NOTHING)
