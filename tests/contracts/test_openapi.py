"""The interface is described completely: examples, summaries, operation ids, and snapshots that are up to date; and
whatever is sent to it is answered in its own words.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import openapi as generator
from schemathesis.specs.openapi.definitions import OPENAPI_31

from deploy.clients.document import for_generators
from deploy.clients.python_client import OPTIONS
from gateway.openapi import bundle
from gateway.proxy import is_reached
from shared.contracts.codes import SERVICES, Role, Unit
from tests.conftest import MODULES, ClientOf
from tests.contracts.any_request import requests_to, sent
from tests.contracts.openapi import differing, document


def _operations(unit: Unit) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document(unit)["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_snapshots_are_up_to_date() -> None:
    assert differing() == []


@pytest.mark.parametrize("unit", list(MODULES))
def test_it_is_openapi_3_1(unit: Unit) -> None:
    assert document(unit)["openapi"].startswith("3.1")


@pytest.mark.parametrize("unit", list(MODULES))
def test_every_json_body_has_an_example(unit: Unit) -> None:
    bare = []
    for name, operation in _operations(unit):
        bodies = [("request", operation.get("requestBody", {}))]
        bodies += [(status, response) for status, response in operation["responses"].items()]
        for part, body in bodies:
            for media_type, media in body.get("content", {}).items():
                described = "example" in media or "examples" in media or not media.get("schema")
                if media_type.endswith("json") and not described:
                    bare.append(f"{name} {part}")
    assert bare == []


@pytest.mark.parametrize("unit", list(MODULES))
def test_every_operation_says_in_chinese_what_it_does(unit: Unit) -> None:
    silent = [
        name
        for name, operation in _operations(unit)
        if not any("\u4e00" <= letter <= "\u9fff" for letter in operation.get("summary", ""))
    ]
    assert silent == []


@pytest.mark.parametrize("unit", list(MODULES))
def test_operation_ids_are_unique(unit: Unit) -> None:
    ids = [operation["operationId"] for _, operation in _operations(unit)]
    assert sorted(set(ids)) == sorted(ids)


Document = dict[str, Any]
BUNDLE = "urn:bundle"


@pytest.fixture(scope="module")
def whole() -> Document:
    """What the gateway answers as `/api/openapi.json` when every service answers."""
    return bundle(document(Unit.GATEWAY), {unit: document(unit) for unit in SERVICES})


def operations_of(whole: Document) -> list[Document]:
    return [operation for item in whole["paths"].values() for operation in item.values()]


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from references(part)
    elif isinstance(node, str) and node.startswith("#/components/"):
        yield node


def test_the_bundle_is_valid_openapi_3_1(whole: Document) -> None:
    assert [error.message for error in jsonschema_rs.iter_errors(OPENAPI_31, whole)] == []


def test_the_bundle_holds_every_path_that_is_reached_from_outside(whole: Document) -> None:
    for unit in SERVICES:
        reached = {f"/api/{unit.value}{path}" for path in document(unit)["paths"] if is_reached(unit, path)}
        assert reached
        assert reached == {path for path in whole["paths"] if path.startswith(f"/api/{unit.value}/")}
    assert "/api/traceability/epcis/capture" in whole["paths"]
    assert not any("/healthz" in path or (path.endswith("/events") and "epcis" not in path) for path in whole["paths"])


def test_in_the_bundle_every_name_is_known_used_and_borne_once(whole: Document) -> None:
    here = {f"#/components/{kind}/{name}" for kind, parts in whole["components"].items() for name in parts}
    used = set(references(whole))
    assert used - here == set(), "references that lead nowhere"
    assert here - used == {"#/components/securitySchemes/HTTPBearer"}, "components that nobody refers to"
    ids = [operation["operationId"] for operation in operations_of(whole)]
    assert sorted(set(ids)) == sorted(ids)
    declared = [tag["name"] for tag in whole["tags"]]
    assert sorted(set(declared)) == sorted(declared)
    assert {tag for operation in operations_of(whole) for tag in operation["tags"]} == set(declared)


def test_generators_find_words_for_every_operation_and_every_answer(
    whole: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the Python generator cannot express it leaves out with a warning; the types of TypeScript can say all."""
    monkeypatch.setattr(generator, "deepcopy", lambda endpoint: endpoint)  # its copies take most of its time
    configured = ConfigFile(**OPTIONS)
    told = Config.from_sources(configured, MetaType.NONE, Path(), "utf-8", overwrite=True, output_path=None)
    read = generator.GeneratorData.from_dict(for_generators(whole), config=told)
    assert isinstance(read, generator.GeneratorData), read
    groups = read.endpoint_collections_by_tag.values()
    assert [f"{each.header} {each.detail}" for group in groups for each in group.parse_errors] == []
    assert [each.detail for each in read.errors] == []
    assert sum(len(group.endpoints) for group in groups) == len(operations_of(whole))
    handed_over = OPTIONS["content_type_overrides"].keys()
    bodies = [operation.get("requestBody", {}).get("content", {}) for operation in operations_of(whole)]
    files = [media["schema"] for body in bodies for media_type, media in body.items() if media_type in handed_over]
    assert files
    assert {schema.get("format") for schema in files} == {"binary"}, "a file that a client would take for text"


def test_what_is_alike_everywhere_is_described_once(whole: Document) -> None:
    problems = [name for name in whole["components"]["schemas"] if name.endswith("ProblemDocument")]
    assert problems == ["ProblemDocument"]
    assert "sampling_RapidTestRead" in whole["components"]["schemas"]


def test_every_operation_of_the_bundle_says_how_it_fails_and_who_may_call(whole: Document) -> None:
    problem = {"$ref": "#/components/schemas/ProblemDocument"}
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            failures = {"4XX", "5XX"} if path.startswith(tuple(f"/api/{unit.value}/" for unit in SERVICES)) else {"4XX"}
            for status in failures:
                described = operation["responses"][status]["content"]["application/problem+json"]["schema"]
                assert described == problem, f"{method} {path} {status}"
            for need in operation.get("security", []):
                assert need.keys() <= whole["components"]["securitySchemes"].keys()
            assert operation["summary"]


def test_every_example_of_the_bundle_is_one_that_its_schema_takes(whole: Document) -> None:
    within = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": whole["components"]}
    registry = jsonschema_rs.Registry([(BUNDLE, within)])
    refused, tried = [], 0
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            for body in (operation.get("requestBody", {}), *operation["responses"].values()):
                for media in body.get("content", {}).values():
                    given = [media["example"]] if "example" in media else []
                    given += [named["value"] for named in media.get("examples", {}).values()]
                    schema = json.loads(
                        json.dumps(media.get("schema", {})).replace('"#/components', f'"{BUNDLE}#/components')
                    )
                    for example in given:
                        tried += 1
                        found = jsonschema_rs.validator_for(schema, registry=registry).iter_errors(example)
                        refused += [f"{method} {path}: {error.message} {error.instance_path}" for error in found]
    assert refused == []
    assert tried > 1000


FEW = 15
"""Requests to a unit in the suite, drawn anew each run; `--hypothesis-profile=thorough` sends a thousand."""
PROFILE = hypothesis.settings.get_profile(hypothesis.settings.get_current_profile_name())
ASKED = PROFILE.max_examples if PROFILE.max_examples > 60 else FEW
DISTRICT = "330203000000"


@pytest.mark.parametrize("unit", list(MODULES))
@hypothesis.settings(max_examples=ASKED, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_no_request_breaks_a_unit(client_of: ClientOf, unit: Unit, data: st.DataObject) -> None:
    client = await client_of(unit, *Role, regions=[DISTRICT])
    answer = await client.request(**sent(data.draw(requests_to(unit))))
    # Only the gateway asks others, and here there are none to answer.
    assert answer.status_code < 500 or (unit is Unit.GATEWAY and answer.status_code == 503), answer.text
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "status"} <= answer.json().keys()
