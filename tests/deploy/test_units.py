"""A unit knows its own database and nothing it does not need; the environment of the caller may set the rest."""

from importlib import import_module
from pathlib import Path

import pytest

from deploy.data_folder import DataFolder
from deploy.databases import configured_urls
from deploy.processes import DeployError
from deploy.units import MODULES, choose_ports, platform_environment, unit_environment, web_command
from shared.contracts.codes import Unit
from shared.housekeeping import CHASSIS_JOBS


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("SHIAN_DATABASE_URL", raising=False)
    for unit in Unit:
        monkeypatch.delenv(f"SHIAN_{unit.upper()}_DATABASE_URL", raising=False)
    return monkeypatch


@pytest.fixture
def settings(tmp_path: Path, clean: pytest.MonkeyPatch) -> dict[str, str]:
    clean.setenv("SHIAN_LOG_LEVEL", "DEBUG")
    folder = DataFolder(tmp_path)
    folder.claim()
    urls = {unit: f"postgresql://{unit}@db/shian" for unit in Unit}
    return platform_environment(folder, urls, dict.fromkeys(Unit, 9000), demo=False)


@pytest.mark.parametrize("unit", Unit)
def test_a_unit_sees_only_its_own_database(settings: dict[str, str], unit: Unit) -> None:
    environment = unit_environment(settings, unit)
    databases = {name: value for name, value in environment.items() if name.endswith("DATABASE_URL")}
    assert databases == {f"SHIAN_{unit.upper()}_DATABASE_URL": f"postgresql://{unit}@db/shian"}


def test_only_the_gateway_gets_the_signing_keys(settings: dict[str, str]) -> None:
    holders = [unit for unit in Unit if "SHIAN_SIGNING_KEYS_DIR" in unit_environment(settings, unit)]
    assert holders == [Unit.GATEWAY]


def test_settings_of_the_caller_reach_every_unit(settings: dict[str, str]) -> None:
    assert unit_environment(settings, Unit.SCORING)["SHIAN_LOG_LEVEL"] == "DEBUG"


def test_a_units_own_database_wins_over_the_common_one(clean: pytest.MonkeyPatch) -> None:
    clean.setenv("SHIAN_DATABASE_URL", "postgresql://common/shian")
    clean.setenv("SHIAN_SCORING_DATABASE_URL", "postgresql://scoring/shian")
    urls = configured_urls()
    assert urls
    assert {unit for unit, url in urls.items() if "common" in url} == set(Unit) - {Unit.SCORING}
    assert urls[Unit.SCORING] == "postgresql://scoring/shian"


def test_databases_for_some_units_only_are_refused_with_the_missing_names(clean: pytest.MonkeyPatch) -> None:
    clean.setenv("SHIAN_SCORING_DATABASE_URL", "postgresql://scoring/shian")
    with pytest.raises(DeployError, match="SHIAN_SAMPLING_DATABASE_URL"):
        configured_urls()


def test_without_configured_databases_the_embedded_one_is_used(clean: pytest.MonkeyPatch) -> None:
    clean.delenv("SHIAN_SIGNING_KEYS_DIR", raising=False)
    assert configured_urls() is None


def test_every_unit_gets_a_port_of_its_own() -> None:
    ports = choose_ports(8000)
    assert ports[Unit.GATEWAY] == 8000
    assert len(set(ports.values())) == len(Unit)


@pytest.mark.parametrize("unit", Unit)
def test_the_job_runner_of_a_unit_gets_every_kind_of_job_once(unit: Unit) -> None:
    kinds = [kind.name for kind in (*import_module(MODULES[unit]).service.jobs, *CHASSIS_JOBS)]
    assert sorted(kinds) == sorted(set(kinds))


@pytest.mark.parametrize("unit", Unit)
def test_no_caller_of_up_chooses_the_address_it_is_known_by(unit: Unit) -> None:
    assert "--no-proxy-headers" in web_command(unit, 8000)
