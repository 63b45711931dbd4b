"""A backup is taken while the platform writes, is proven before it is restored, and holds what was committed."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from deploy.backup import MANIFEST, back_up, restore
from deploy.data_folder import MARKER, DataFolder
from deploy.databases import DATABASE, open_databases
from deploy.processes import DeployError
from shared.contracts.codes import Unit


async def _said(url: str, statement: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        value: int = await connection.fetchval(statement) or 0
    finally:
        await connection.close()
    return value


def said(url: str, statement: str) -> int:
    return asyncio.run(_said(url, statement))


def copied_as_files_alone(source: Path, target: Path) -> Path:
    """As a store of objects hands it back: no empty folders, and everybody may read."""
    for file in source.rglob("*"):
        if file.is_file():
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
            copy.parent.chmod(0o755)
    return target


def test_what_was_committed_comes_back_with_its_files_and_keys(tmp_path: Path) -> None:
    folder, place = DataFolder(tmp_path / "data"), tmp_path / "backups"
    folder.claim()
    with open_databases(folder) as (urls, _):
        said(urls[Unit.SAMPLING], "CREATE TABLE kept AS SELECT generate_series(1, 5000) AS number")
        (folder.files / "photo").write_bytes(b"invented")
        backup = back_up(folder, place)  # the server runs and is written to
        said(urls[Unit.SAMPLING], "INSERT INTO kept SELECT generate_series(5001, 6000)")
    assert [path.name for path in place.iterdir()] == [backup.name]

    with pytest.raises(DeployError, match="不是空的"):
        restore(backup, folder)
    again = DataFolder(tmp_path / "again")
    restore(backup, again)
    again.claim()
    assert (again.files / "photo").read_bytes() == b"invented"
    assert again.secret("events") == folder.secret("events")
    assert [key.name for key in again.keys.iterdir()] == [key.name for key in folder.keys.iterdir()]
    with open_databases(again) as (urls, server):
        assert said(urls[Unit.SAMPLING], "SELECT sum(number) FROM kept") == 5000 * 5001 // 2
        assert server is not None
        assert DATABASE in urls[Unit.GATEWAY]

    sent = copied_as_files_alone(backup, tmp_path / "sent")
    assert not (sent / "postgres" / "cluster" / "pg_notify").exists()
    from_afar = DataFolder(tmp_path / "from-afar")
    restore(sent, from_afar)
    with open_databases(from_afar) as (urls, _):
        assert said(urls[Unit.SAMPLING], "SELECT count(*) FROM kept") == 5000

    (backup / "files" / "photo").write_bytes(b"another")
    with pytest.raises(DeployError, match="files/photo"):
        restore(backup, DataFolder(tmp_path / "third"))
    (backup / "files" / "photo").write_bytes(b"invented")
    (backup / "files" / "elsewhere").symlink_to(tmp_path)
    with pytest.raises(DeployError, match="有链接：files/elsewhere"):
        restore(backup, DataFolder(tmp_path / "third"))
    (backup / "files" / "elsewhere").unlink()
    (backup / "postgres" / "cluster" / "PG_VERSION").unlink()
    with pytest.raises(DeployError, match="PG_VERSION"):
        restore(backup, DataFolder(tmp_path / "third"))
    (backup / MANIFEST).unlink()
    with pytest.raises(DeployError, match="不是一份完整的备份"):
        restore(backup, DataFolder(tmp_path / "third"))
    assert not (tmp_path / "third").exists()
    assert (backup / MARKER).exists()


@pytest.mark.parametrize(
    ("manifest", "said_of_it"),
    [
        ("{", "不是合法的 JSON"),
        ("[]", "应为"),
        ('{"files": []}', "应为"),
        ('{"files": {}, "folders": ["../escaped"]}', "../escaped 在备份之外"),
        ('{"files": {}, "folders": ["/tmp/escaped"]}', "/tmp/escaped 在备份之外"),
    ],
)
def test_a_manifest_that_cannot_be_is_refused(tmp_path: Path, manifest: str, said_of_it: str) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / MANIFEST).write_text(manifest)
    with pytest.raises(DeployError, match=f"不是一份完整的备份.*{said_of_it}"):
        restore(tmp_path / "backup", DataFolder(tmp_path / "data"))
    assert not (tmp_path / "data").exists()


def test_nothing_to_back_up_is_said(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="还没有数据"):
        back_up(DataFolder(tmp_path / "data"), tmp_path / "backups")
    assert not (tmp_path / "backups").exists()
