"""The manifests start the same fifteen processes as `./shian up`, each confined, and hold no secret."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.units import BACKGROUND, ROOT, background_command, migrate_command, web_command
from shared.contracts.codes import Unit

TEXT = (ROOT / "deploy" / "kubernetes.yaml").read_text()
OBJECTS: dict[tuple[str, str], Any] = {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(TEXT)}


def containers() -> Iterator[tuple[str, Any]]:
    for (kind, name), one in OBJECTS.items():
        if kind in ("Deployment", "Job"):
            yield from ((name, container) for container in one["spec"]["template"]["spec"]["containers"])


@pytest.mark.parametrize("unit", Unit)
def test_a_unit_is_three_processes_with_the_same_programs_as_up(unit: Unit) -> None:
    pod = OBJECTS["Deployment", unit.value]["spec"]["template"]["spec"]
    found = {container["name"]: container for container in pod["containers"]}
    assert found.keys() == {"web", *BACKGROUND}
    assert found["web"]["command"][:4] == ["python", *web_command(unit, 8000)[1:4]]
    for kind in BACKGROUND:
        assert found[kind]["command"] == ["python", *background_command(unit, kind)[1:]]
    for container in found.values():
        given = {each["name"] for each in container["env"]}
        assert [name for name in given if name.endswith("DATABASE_URL")] == [f"SHIAN_{unit.upper()}_DATABASE_URL"]
        assert ("SHIAN_SIGNING_KEYS_DIR" in given) == (unit is Unit.GATEWAY)
    service = OBJECTS["Service", unit.value]["spec"]
    assert service["selector"] == OBJECTS["Deployment", unit.value]["spec"]["selector"]["matchLabels"]
    address = OBJECTS["ConfigMap", "shian"]["data"][f"SHIAN_{unit.upper()}_URL"]
    assert address == f"http://{unit.value}:{service['ports'][0]['port']}"


def test_the_job_migrates_all_units() -> None:
    job = OBJECTS["Job", "migrate"]["spec"]["template"]["spec"]["containers"][0]
    assert job["command"] == ["python", *migrate_command()[1:]]
    assert len(job["env"]) == len(Unit)


def test_every_process_is_confined_and_its_volumes_exist() -> None:
    for name, container in containers():
        context = container["securityContext"]
        assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True), name
        assert context["capabilities"] == {"drop": ["ALL"]}
        kind = "Job" if name == "migrate" else "Deployment"
        pod = OBJECTS[kind, name]["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        known = {volume["name"] for volume in pod["volumes"]}
        assert {mount["name"] for mount in container["volumeMounts"]} <= known
        for volume in pod["volumes"]:
            if claim := volume.get("persistentVolumeClaim"):
                assert ("PersistentVolumeClaim", claim["claimName"]) in OBJECTS


def test_no_secret_is_written_here() -> None:
    assert not [key for key in OBJECTS if key[0] == "Secret"]
    for _, container in containers():
        for each in container["env"]:
            assert ("value" not in each) == ("_URL" in each["name"] or "SECRET" in each["name"])
