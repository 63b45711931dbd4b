"""The sample alerts watch metrics that exist, and each is told in the operations guide with what to look at first."""

import re
from typing import Any

import yaml
from prometheus_client import REGISTRY

from deploy.units import ROOT
from shared import telemetry
from shared.contracts.codes import Unit

MONITORING = ROOT / "deploy" / "monitoring"
GUIDE = (ROOT / "docs" / "operations" / "observability.md").read_text()


def read(name: str) -> Any:
    return yaml.safe_load((MONITORING / name).read_text())


def test_alerts_watch_what_is_measured_and_stand_in_the_guide() -> None:
    known = {sample.name for family in REGISTRY.collect() for sample in family.samples} | {"up"}
    known |= {family.name + end for family in REGISTRY.collect() for end in ("", "_total", "_count", "_bucket")}
    rules = read("alerts.yaml")["groups"][0]["rules"]
    for rule in rules:
        watched = set(re.findall(r"\bshian_\w+", rule["expr"]))
        assert watched <= known, rule["alert"]
        assert rule["annotations"]["summary"]
    assert {rule["alert"] for rule in rules} == set(re.findall(r"^\| `(Shian\w+)`", GUIDE, re.M))
    assert telemetry.REQUESTS is not None


def test_every_unit_is_scraped_and_no_two_on_one_port() -> None:
    content = read("prometheus.yaml")
    assert content["rule_files"] == ["alerts.yaml"]
    ports = []
    for job in content["scrape_configs"]:
        assert {group["labels"]["unit"] for group in job["static_configs"]} == set(Unit)
        ports += [target for group in job["static_configs"] for target in group["targets"]]
    assert len(ports) == len(set(ports)) == 5 + 10


def test_the_guide_names_every_metric() -> None:
    for family in REGISTRY.collect():
        if family.name.startswith("shian_"):
            assert family.name in GUIDE
