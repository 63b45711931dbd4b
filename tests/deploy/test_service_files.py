"""Containers and systemd start the same fifteen processes as `./shian up`, and no secret has a default."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.units import BACKGROUND, MODULES, ROOT, background_command, migrate_command, web_command
from shared.contracts.codes import Unit

DEPLOY = ROOT / "deploy"
KINDS = ("web", *BACKGROUND)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return content


@pytest.mark.parametrize("unit", Unit)
def test_compose_starts_each_process_with_the_same_program_as_up(compose: dict[str, Any], unit: Unit) -> None:
    web = compose["services"][f"{unit}-web"]["command"]
    assert web[:4] == ["python", *web_command(unit, 8000)[1:4]]
    for kind in BACKGROUND:
        assert compose["services"][f"{unit}-{kind}"]["command"] == ["python", *background_command(unit, kind)[1:]]


def test_compose_and_systemd_migrate_all_units(compose: dict[str, Any]) -> None:
    arguments = migrate_command()[1:]
    assert compose["services"]["migrate"]["command"] == ["python", *arguments]
    assert (
        f"ExecStart=/opt/shian/.venv/bin/python {' '.join(arguments)}\n"
        in (DEPLOY / "systemd" / "shian-migrate.service").read_text()
    )


@pytest.mark.parametrize("unit", Unit)
def test_a_container_knows_only_its_units_database_and_only_the_gateway_the_keys(
    compose: dict[str, Any], unit: Unit
) -> None:
    for kind in KINDS:
        environment = compose["services"][f"{unit}-{kind}"]["environment"]
        assert [name for name in environment if name.endswith("DATABASE_URL")] == [f"SHIAN_{unit.upper()}_DATABASE_URL"]
        assert ("SHIAN_SIGNING_KEYS_DIR" in environment) == (unit is Unit.GATEWAY)


def test_every_secret_of_compose_must_be_given(compose: dict[str, Any]) -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET))([^}]*)\}", text)
    assert {name for name, _ in secrets} == {
        "POSTGRES_PASSWORD",
        "SHIAN_EVENTS_SECRET",
        *(f"{unit.upper()}_PASSWORD" for unit in Unit),
    }
    assert {default for _, default in secrets} == {":?"}


def test_the_systemd_target_starts_every_process() -> None:
    target = (DEPLOY / "systemd" / "shian.target").read_text()
    wanted = set(re.findall(r"shian-\w+@\w+\.service", target))
    assert wanted == {f"shian-{kind}@{unit}.service" for kind in KINDS for unit in MODULES}
    for kind in KINDS:
        assert (DEPLOY / "systemd" / f"shian-{kind}@.service").exists()


def test_the_image_copies_only_what_is_there() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if re.match(r"COPY (?!--from)", line) for word in line.split()[1:-1]]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert [name for name in copied if not any(f"!{name}".startswith(rule) for rule in allowed if rule[0] == "!")] == []


def test_the_units_settings_files_named_in_the_manual_are_those_of_systemd() -> None:
    manual = (ROOT / "docs" / "operations" / "running.md").read_text()
    for file in sorted(Path(DEPLOY / "systemd").glob("*.service")):
        for name in re.findall(r"EnvironmentFile=/etc/shian/(\S+)", file.read_text()):
            assert f"`{name.replace('%i', 'sampling')}`" in manual
