"""The clients that others generate are sound in their own compilers' eyes and speak with the running platform.

A part of the interface is enough: the rest is written by the same generators, and `./shian clients` checks all of it.
"""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from deploy.clients.document import Document, for_generators, interface_of
from deploy.clients.python_client import check_python_client, write_python_client
from deploy.clients.typescript_client import NoNode, write_typescript_client
from gateway.openapi import used_components
from shared.contracts.codes import Role, Unit
from tests.gateway.web.platform import DISTRICT, Market

PYTHON = """
import json, sys
from shian_client import AuthenticatedClient
from shian_client.api.gateway import create_organisation, get_region_dashboard
from shian_client.models import Dashboard, OrganisationCreate, OrganisationRead, ProblemDocument

address, token, region = sys.argv[1:]
client = AuthenticatedClient(address, token)
dashboard = get_region_dashboard.sync(region, client=client)
assert isinstance(dashboard, Dashboard)
refused = get_region_dashboard.sync(region, client=client, period="七月")
assert isinstance(refused, ProblemDocument) and isinstance(refused.errors, list)
print(json.dumps([dashboard.region_name, len(dashboard.sections), refused.title, refused.errors[0].pointer]))
"""
TYPESCRIPT = """
import { shian } from "./index.js";

const [address, token, region] = process.argv.slice(2);
const client = shian(address, token);
const path = { code: region };
const { data } = await client.GET("/api/v1/regions/{code}/dashboard", { params: { path } });
const { error } = await client.GET("/api/v1/regions/{code}/dashboard", { params: { path, query: { period: "七月" } } });
// @ts-expect-error: a path that is not there does not compile
void (() => client.GET("/api/v1/regions/{code}/dashbord"));
console.log(JSON.stringify([data?.region_name, data?.sections.length, error?.title, error?.errors?.[0]?.pointer]));
"""
EXPECTED = ["海曙区", 4, "提交的内容有误", "#query/period"]


@pytest.fixture(scope="module")
def described() -> Document:
    """What concerns dashboards and organisations."""
    document = interface_of([Unit.GATEWAY])
    wanted = ("/api/v1/regions/{code}/dashboard", "/api/v1/organisations")
    paths = {path: item for path, item in document["paths"].items() if path.startswith(wanted)}
    return document | {"paths": paths, "components": used_components(paths, document["components"])}


async def said_by(market: Market, *command: str, folder: Path) -> object:
    """What a program prints that is told the platform's address, a token and a region."""
    token = market.caller(Role.ADMINISTRATOR).headers["Authorization"].removeprefix("Bearer ")
    process = await asyncio.create_subprocess_exec(
        *(*command, market.address, token, DISTRICT), cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await process.communicate()
    return json.loads(answer)


async def test_the_python_client_is_sound_and_speaks_with_the_platform(
    market: Market, described: Document, tmp_path: Path
) -> None:
    package = await asyncio.to_thread(write_python_client, for_generators(described), tmp_path)
    (tmp_path / "shian_client" / "tried.py").write_text(PYTHON, encoding="utf-8")
    assert await asyncio.to_thread(check_python_client, package)
    assert await said_by(market, sys.executable, "-m", "shian_client.tried", folder=tmp_path) == EXPECTED


async def test_the_typescript_client_compiles_and_speaks_with_the_platform(
    market: Market, described: Document, tmp_path: Path
) -> None:
    source = tmp_path / "shian-client" / "src"
    source.mkdir(parents=True)
    (source / "tried.ts").write_text("declare const process: { argv: string[] };\n" + TYPESCRIPT, encoding="utf-8")
    try:
        await asyncio.to_thread(write_typescript_client, described, tmp_path)
    except NoNode as reason:
        pytest.skip(str(reason))
    assert await said_by(market, "node", "dist/tried.js", folder=source.parent) == EXPECTED
