"""Which role may call which route of which unit; `python -m tests.architecture.access_matrix` writes the matrix.

The committed file is what was decided; a route that is not in it, or is there with other callers, fails the tests.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from shared.contracts.codes import Role
from tests.architecture.routes import KnownRoute, all_routes

FILE = Path(__file__).resolve().parents[2] / "docs" / "api" / "access-matrix.csv"


def render(routes: Sequence[KnownRoute]) -> str:
    """The matrix as CSV: one line a route, one column a role."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["unit", "method", "path", "guard", *(role.value for role in Role)])
    for route in routes:
        marks = ["x" if role in route.roles else "" for role in Role]
        writer.writerow([route.unit.value, route.method, route.path, route.guard, *marks])
    return out.getvalue()


if __name__ == "__main__":
    FILE.write_text(render(all_routes()), encoding="utf-8")
