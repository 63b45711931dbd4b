"""A data folder is only ever touched when it is ours, and its secrets are nobody else's to read."""

from pathlib import Path

import pytest

from deploy.data_folder import DataFolder
from deploy.processes import DeployError, FolderBusyError
from shared.contracts.codes import Unit


def test_a_folder_with_something_else_in_it_is_refused_even_for_a_reset(tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("mine")
    with pytest.raises(DeployError, match="不是食安的数据目录"):
        DataFolder(tmp_path).claim(reset=True)
    assert [*tmp_path.iterdir()] == [thesis]


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(DeployError, match="不是目录"):
        DataFolder(tmp_path / "data").claim()


def test_a_folder_in_use_is_refused_even_for_a_reset(tmp_path: Path) -> None:
    DataFolder(tmp_path).claim()
    (tmp_path / "files" / "报告.pdf").write_text("kept")
    with pytest.raises(FolderBusyError, match="正被另一个进程"):
        DataFolder(tmp_path).claim(reset=True)
    assert (tmp_path / "files" / "报告.pdf").exists()


def test_a_reset_empties_the_folder_and_makes_new_secrets(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.claim()
    before = folder.secret("events")
    (tmp_path / "files" / "报告.pdf").write_text("gone")
    (tmp_path / "demo-loaded").touch()
    (tmp_path / "lock").unlink()  # as if the holder had ended
    DataFolder(tmp_path).claim(reset=True)
    assert not (tmp_path / "files" / "报告.pdf").exists()
    assert not (tmp_path / "demo-loaded").exists()
    assert folder.secret("events") != before


def test_a_second_start_keeps_secrets_and_keys(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.claim()
    secrets, keys = folder.secret("events"), [*folder.keys.iterdir()]
    (tmp_path / "lock").unlink()
    DataFolder(tmp_path).claim()
    assert (folder.secret("events"), [*folder.keys.iterdir()]) == (secrets, keys)


def test_secrets_are_random_per_unit_and_closed_to_others(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.claim()
    folder.environment = {"SHIAN_EVENTS_SECRET": folder.secret("events")}
    assert len({folder.secret("events"), *(folder.secret(unit) for unit in Unit)}) == 6
    for file in (tmp_path / "secrets.json", tmp_path / "environment.json", *folder.keys.iterdir()):
        assert file.stat().st_mode & 0o077 == 0


def test_a_folder_that_never_ran_says_how_to_start(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"请先运行 \./shian up"):
        _ = DataFolder(tmp_path).environment
