"""How large a benchmark is, as an argument of `./shian bench`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--trace-edges", default="200000", help="edges among which traces are measured")
