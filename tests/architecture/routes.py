"""Every route of every unit, read off the apps, and who may call it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from shared.contracts.codes import Role, Unit
from shared.http.auth import Allow, Public
from tests.conftest import MODULES, app_module

ROLES, SIGNED, WEB, PUBLIC, UNGUARDED = "roles", "signature", "web session", "public", "nobody said"
_GUARDS = {"_signed_batch": SIGNED, "_visitor": WEB, "_open": WEB}


@dataclass(frozen=True, slots=True)
class KnownRoute:
    """One operation: its unit, method and path template, and the callers it declares."""

    unit: Unit
    method: str
    path: str
    roles: frozenset[Role]
    guard: str

    def __str__(self) -> str:
        return f"{self.unit.value} {self.method} {self.path}"


def routes_of(app: FastAPI, unit: Unit) -> Iterator[KnownRoute]:
    """The operations of one app that FastAPI knows (mounted ASGI apps have tests of their own)."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            roles, guard = _callers(context.original_route.dependant)
            for method in sorted(context.methods or ()):
                yield KnownRoute(unit, method, context.path or "", roles, guard)


@cache
def all_routes() -> tuple[KnownRoute, ...]:
    routes = (route for unit in MODULES for route in routes_of(app_module(unit).app, unit))
    return tuple(sorted(routes, key=lambda route: (route.unit, route.path, route.method)))


def _callers(dependant: Dependant) -> tuple[frozenset[Role], str]:
    """The roles that pass every `Allow` of a route; else what guards it instead."""
    allowed: list[frozenset[Role]] = []
    guards: set[str] = set()
    pending = [dependant]
    while pending:
        current = pending.pop()
        pending.extend(current.dependencies)
        if isinstance(current.call, Allow):
            allowed.append(current.call.roles)
        elif isinstance(current.call, Public):
            guards.add(PUBLIC)
        else:
            guards.add(_GUARDS.get(getattr(current.call, "__name__", ""), ""))
    if allowed:
        return frozenset.intersection(*allowed), ROLES
    return frozenset(), next((guard for guard in (SIGNED, WEB, PUBLIC) if guard in guards), UNGUARDED)
