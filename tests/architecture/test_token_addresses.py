"""An address with a token in it lets in whoever reads it, so it stands in no log and no audit record."""

import pytest

from shared.contracts.codes import Unit
from shared.http.addresses import without_token
from tests.architecture.routes import all_routes

TOKEN = "Zm9vYmFyYmF6cXV4MTIzNA"
LINKS = sorted({(route.unit, route.path) for route in all_routes() if "{token}" in route.path})


def test_there_are_such_addresses() -> None:
    assert {unit for unit, _ in LINKS} >= {Unit.GATEWAY, Unit.SCORING, Unit.TRACEABILITY}


@pytest.mark.parametrize(("unit", "path"), LINKS)
@pytest.mark.parametrize("forwarded", [False, True])
def test_the_token_is_left_out(unit: Unit, path: str, *, forwarded: bool) -> None:
    address = path.replace("{token}", TOKEN)
    if forwarded and unit is not Unit.GATEWAY:
        address = f"/api/{unit}{address}"
    written = without_token(address)
    assert TOKEN not in written
    assert written == address.replace(TOKEN, "…")


@pytest.mark.parametrize(
    "address", ["/v1/surveys/0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b/links", "/api/v1/tokens", "/surveys"]
)
def test_other_addresses_stay_whole(address: str) -> None:
    assert without_token(address) == address
