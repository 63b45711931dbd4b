"""What is declared for export is what the list has, and nothing of persons."""

import inspect

import pytest
from fastapi.routing import APIRoute

from shared.contracts.codes import SERVICES, Unit
from shared.exports.definition import Export, FilterKind, description_of, filters_of
from tests.conftest import service_of

EXPORTS = [(unit, export) for unit in SERVICES for export in service_of(unit).exports]
PERSONAL = {
    *("phone", "contact", "seller_name", "holder_name", "tester_name", "tested_by", "approved_by", "remark", "notes"),
    *("decided_by_name", "opened_by_name", "issuer_name", "supplier_name", "position", "void_reason", "appeal"),
}

of_each = pytest.mark.parametrize("export", [export for _, export in EXPORTS], ids=lambda export: export.kind)


def test_every_service_exports_its_main_lists() -> None:
    kinds = {unit: [export.kind for export in service_of(unit).exports] for unit in SERVICES}
    assert all(kinds.values())
    assert all(len(set(names)) == len(names) for names in kinds.values())


@of_each
def test_columns_are_fields_of_the_list_and_name_no_person(export: Export) -> None:
    for name in export.columns:
        assert isinstance(description_of(export, name), str)
        assert name.rpartition(".")[2] not in PERSONAL
    assert len(set(export.columns.values())) == len(export.columns), "two columns with the same heading"


@pytest.mark.parametrize(("unit", "export"), EXPORTS, ids=lambda each: getattr(each, "kind", ""))
def test_the_filters_are_those_of_the_lists_own_route(unit: Unit, export: Export) -> None:
    routes = [
        route
        for router in service_of(unit).routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.path == f"/v1/{export.kind}" and "GET" in (route.methods or ())
    ]
    [route] = routes
    assert inspect.unwrap(route.endpoint) is export.listing
    queried = {field.name for field in route.dependant.query_params}
    assert {each.name for each in filters_of(export)} == queried
    assert export.readers


def test_a_filter_of_codes_offers_their_words() -> None:
    businesses = next(export for _, export in EXPORTS if export.kind == "businesses")
    kinds = {each.name: each for each in filters_of(businesses)}
    assert kinds["kind"].kind is FilterKind.CHOICE
    assert kinds["status"].choices["closed"] != "closed"
    assert kinds["merged"].kind is FilterKind.YES
