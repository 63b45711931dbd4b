"""Who may call what: every route declares it, the declaration is on file, and the app keeps to it."""

import re
from collections.abc import Iterable
from uuid import UUID
from zlib import crc32

import pytest

from gateway.proxy import PUBLIC_PATHS
from shared.contracts.codes import Role, Unit
from tests.architecture.access_matrix import FILE, render
from tests.architecture.routes import PUBLIC, ROLES, SIGNED, UNGUARDED, KnownRoute, all_routes
from tests.conftest import MODULES, ClientOf
from tests.tokens import TestKeys

ELSEWHERE = "440605000000"
SOME_ID = UUID("0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b")

# Routes that anybody may call, each with its reason. A new one has to be argued for here.
FORBIDDEN = ("/problems/forbidden", "epcisException:SecurityException")
OPEN_TO_ALL = {
    "/healthz": "probes of the machine that runs the unit",
    "/readyz": "probes of the machine that runs the unit",
    "/metrics": "tells only this machine, or who shows SHIAN_METRICS_TOKEN",
    "/.well-known/jwks.json": "public keys",
    "/v1/tokens": "the way in",
    "/api/v1/tokens": "the way in",
    "/login": "the way in",
    "/login/oidc": "the way in",
    "/login/oidc/return": "the way in: what the provider answers is proven there",
    "/logout": "ends the browser's own session; without one it does nothing",
    "/api/v1/sign-outs": "whoever holds a refresh token may end it",
    "/password": "proved by the present password, which may be a temporary one",
    "/api/v1/password-changes": "proved by the present password, which may be a temporary one",
    "/terminal": "the frame of the app, the same for everybody",
    "/terminal/": "the frame of the app, the same for everybody",
    "/terminal/worker.js": "the frame of the app, the same for everybody",
    "/terminal/manifest.webmanifest": "the frame of the app, the same for everybody",
    "/terminal/sessions": "the way in",
    "/terminal/sessions/renewal": "proved by the secret of the terminal's cookie",
    "/terminal/sessions/mine": "ends the terminal's own sign-in; without one it does nothing",
    "/display": "large type, kept in the browser's cookie",
    "/styleguide": "shows parts, no data",
    "/api/openapi.json": "the description of the interface",
    "/v1/public-lot-tests": "tests of goods whose code is in the hand, without persons",
    "/v1/published-tables": "results that the office has announced to everybody",
    "/v1/published-tables/{publication_id}": "results that the office has announced to everybody",
    "/v1/published-tables/{publication_id}/rows": "results that the office has announced to everybody",
    "/v1/published-tables/{publication_id}/file": "results that the office has announced to everybody",
    "/v1/public-results/{business}": "results of inspections that were published",
    "/v1/open-data/inspection-results": "results of inspections that were published",
    "/v1/open-data/lives/{county}": "results of inspections that were published",
    "/results/{business}": "results of inspections that were published",
    "/v1/public-draws": "a random draw is for everybody to recompute",
    "/v1/public-draws/verifier": "a random draw is for everybody to recompute",
    "/v1/public-draws/beacon-verifier": "a random draw is for everybody to recompute",
    "/v1/public-draws/{draw_id}": "a random draw is for everybody to recompute",
    "/v1/public-draws/{draw_id}/visits": "a random draw is for everybody to recompute",
    "/v1/public-draws/{draw_id}/bundle": "a random draw is for everybody to recompute",
    "/public-draws": "a random draw is for everybody to recompute",
    "/public-draws/verifier": "a random draw is for everybody to recompute",
    "/public-draws/{draw_id}": "a random draw is for everybody to recompute",
    "/public-draws/{draw_id}/verification": "a random draw is for everybody to recompute",
    "/c/{path:path}": "the page of a code that everybody can scan",
    "/resolver/{path:path}": "where a scanned code leads, and the refusal of every other method",
    "/resolver/.well-known/gs1resolver": "what the resolver can do, as its standard asks",
    "/v1/public-certificates/{certificate_id}": "a certificate that hangs at the stall",
    "/v1/public-tickets/{ticket_id}": "what stands on the ticket in the hand",
    "/v1/code-keys": "public keys",
    "/v1/audit/heads": "outsiders check that the log of writes was not edited",
    "/v1/audit/consistency": "outsiders check that the log of writes was not edited",
    "/v1/audit/verifier": "outsiders check that the log of writes was not edited",
    "/api/v1/audit/heads": "outsiders check that the log of writes was not edited",
    "/api/v1/audit/consistency": "outsiders check that the log of writes was not edited",
    "/api/v1/audit/verifier": "outsiders check that the log of writes was not edited",
    "/v1/recall-verifier": "evidence of a recall is for everybody to verify",
    "/v1/public-codes/story": "what everybody may know of a code, without persons, amounts and buyers",
    "/v1/public-codes/doubts": "whoever doubts a code need not say who he is",
    "/v1/public-codes/doubts/{receipt}": "told to whoever has the receipt",
    "/doubts": "whoever doubts a code need not say who he is",
    "/doubts/{receipt}": "told to whoever has the receipt",
    "/v1/public-surveys/{token}": "a questionnaire for whoever has its address",
    "/v1/public-surveys/{token}/answers/{answer_id}": "who answers a survey stays unknown",
    "/surveys/{token}": "a questionnaire for whoever has its address",
    "/surveys/{token}/thanks": "who answers a survey stays unknown",
    "/v1/public-codes/scans": "what everybody may know of a code; keeps the hour and a coarse place",
}


def test_every_route_says_who_may_call_it() -> None:
    assert [str(route) for route in all_routes() if route.guard == UNGUARDED] == []


def test_every_route_stands_in_the_access_matrix() -> None:
    assert render(all_routes()) == FILE.read_text(encoding="utf-8"), (
        "路由与权限表不一致；确认无误后运行 python -m tests.architecture.access_matrix"
    )


def test_only_argued_routes_are_open_to_all() -> None:
    # OPTIONS tells methods and versions, nothing else.
    open_routes = {route.path for route in all_routes() if route.guard == PUBLIC and route.method != "OPTIONS"}
    assert open_routes - OPEN_TO_ALL.keys() == set()


def test_what_is_open_to_all_is_so_from_outside_as_well() -> None:
    closed = [
        str(route)
        for route in all_routes()
        if route.guard == PUBLIC
        and route.path.startswith("/v1/")
        and route.unit is not Unit.GATEWAY
        and not route.path.startswith(PUBLIC_PATHS.get(route.unit, ()))
    ]
    assert closed == []


def _address(path: str) -> str:
    return re.sub(r"\{[^}]+\}", str(SOME_ID), path)


def _guarded(unit: Unit) -> list[KnownRoute]:
    return [route for route in all_routes() if route.unit is unit and route.guard == ROLES]


@pytest.mark.parametrize("unit", list(MODULES))
async def test_without_a_token_nothing_is_told(client_of: ClientOf, unit: Unit) -> None:
    stranger = await client_of(unit)
    for route in _guarded(unit):
        answer = await stranger.request(route.method, _address(route.path))
        assert answer.status_code == 401, f"{route}: {answer.status_code} {answer.text[:200]}"


def _two_of(roles: Iterable[Role], route: KnownRoute) -> list[Role]:
    """Two of the roles, other ones for other routes, and the same ones in every run."""
    return sorted(roles, key=lambda role: crc32(f"{route} {role}".encode()))[:2]


@pytest.mark.parametrize("unit", list(MODULES))
async def test_a_role_reaches_its_routes_and_no_other(client_of: ClientOf, keys: TestKeys, unit: Unit) -> None:
    """Each route is tried by two roles that it is open to and by two that it is closed to. What each route says of
    every role stands in the access matrix, which is compared whole; here it shows that the app keeps to what it says.
    """
    caller = await client_of(unit)
    tokens = {role: keys.token(role, regions=[ELSEWHERE]) for role in Role}
    for route in _guarded(unit):
        for role in [*_two_of(route.roles, route), *_two_of(set(Role) - route.roles, route)]:
            headers = {"Authorization": f"Bearer {tokens[role]}"}
            answer = await caller.request(route.method, _address(route.path), headers=headers)
            refused = answer.status_code == 403 and answer.json()["type"] in FORBIDDEN
            about_the_role = refused and answer.json().get("detail", "").startswith("此项操作限")
            told = f"{role} {route}: {answer.status_code} {answer.text[:200]}"
            assert about_the_role is (role not in route.roles), told
            assert answer.status_code < 500, told


@pytest.mark.parametrize("unit", list(MODULES))
async def test_a_system_reaches_only_what_its_scopes_name(client_of: ClientOf, keys: TestKeys, unit: Unit) -> None:
    caller = await client_of(unit)
    routes = [route for route in _guarded(unit) if Role.EXTERNAL_SYSTEM in route.roles]
    assert routes
    for route in routes:
        act = "read" if route.method == "GET" else "write"
        needed, every_scope = f"{unit.value}:{act}", {f"{one.value}:{a}" for one in Unit for a in ("read", "write")}
        for scopes, refused in (every_scope - {needed}, True), ({needed}, False):
            token = keys.token(Role.EXTERNAL_SYSTEM, regions=[ELSEWHERE], kind="client", scopes=sorted(scopes))
            headers = {"Authorization": f"Bearer {token}"}
            answer = await caller.request(route.method, _address(route.path), headers=headers)
            about_the_scope = answer.status_code == 403 and needed in answer.json().get("detail", "")
            assert about_the_scope is refused, f"{route} with {scopes}: {answer.status_code} {answer.text[:200]}"


@pytest.mark.parametrize("unit", list(MODULES))
async def test_events_are_taken_from_signed_units_only(client_of: ClientOf, unit: Unit) -> None:
    administrator = await client_of(unit, Role.ADMINISTRATOR, regions=[ELSEWHERE])
    for route in all_routes():
        if route.unit is unit and route.guard == SIGNED:
            answer = await administrator.request(route.method, route.path, content=b"[]")
            assert answer.status_code == 401, str(route)
