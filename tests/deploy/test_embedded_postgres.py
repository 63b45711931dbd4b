"""The embedded server keeps its data through any kill and never touches a folder that is not its own."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded_postgres import EmbeddedPostgres, PostgresError, is_server
from deploy.processes import FolderBusyError
from tests.deploy.waiting import wait_for

pytestmark = pytest.mark.processes


def run(server: EmbeddedPostgres, sql: str) -> object:
    return asyncio.run(_run(server.url(), sql))


async def _run(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def test_data_survives_a_restart_in_a_folder_with_spaces_and_chinese(tmp_path: Path) -> None:
    folder = tmp_path / "食安 数据" / ("很长的目录名" * 8)
    with EmbeddedPostgres(folder) as server:
        run(server, "CREATE TABLE visits AS SELECT '海陵岛' AS place")
    with EmbeddedPostgres(folder) as server:
        assert run(server, "SELECT place FROM visits") == "海陵岛"
        assert run(server, "SELECT upper('ａé')") == "ＡÉ"


def test_committed_rows_survive_kill_9_of_the_server(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        run(server, "CREATE TABLE visits (id int)")
        run(server, "INSERT INTO visits VALUES (1)")
        assert server.process
        server.process.kill()
        server.process.wait()
        server.stop()
        server.start()
        assert run(server, "SELECT count(*) FROM visits") == 1


def test_the_server_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from deploy.embedded_postgres import EmbeddedPostgres\n"
        "with EmbeddedPostgres(Path(sys.argv[1])) as server: print(server.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        starter.kill()
    wait_for(lambda: not is_server(pid, tmp_path / "cluster"))
    with EmbeddedPostgres(tmp_path) as server:
        assert run(server, "SELECT 1") == 1


def test_an_orphan_server_on_our_folder_is_ended_first(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as first:
        orphan = first.process
        assert orphan
        os.close(first._lock or 0)  # as if the starter had vanished without its server
        first._lock = first.process = None
        with EmbeddedPostgres(tmp_path) as second:
            assert orphan.wait(timeout=10) == 0
            assert run(second, "SELECT 1") == 1


def test_a_stale_process_id_of_another_program_does_not_block_the_start(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        stale = (server.cluster / "postmaster.pid").read_text().splitlines()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (tmp_path / "cluster" / "postmaster.pid").write_text("\n".join([str(stranger.pid), *stale[1:], ""]))
        with EmbeddedPostgres(tmp_path) as server:
            assert run(server, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.send_signal(signal.SIGTERM)


def test_a_second_server_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        EmbeddedPostgres(tmp_path) as first,
        pytest.raises(FolderBusyError, match="正被另一个进程"),
        EmbeddedPostgres(tmp_path),
    ):
        pass
    assert first.process is None


def test_a_folder_of_another_major_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    version = tmp_path / "cluster" / "PG_VERSION"
    version.parent.mkdir()
    version.write_text("9\n")
    with pytest.raises(PostgresError, match="属于 PostgreSQL 9"):
        EmbeddedPostgres(tmp_path).start()
    assert [path.name for path in version.parent.iterdir()] == ["PG_VERSION"]


def test_a_folder_with_other_things_in_the_clusters_place_is_left_alone(tmp_path: Path) -> None:
    foreign = tmp_path / "cluster" / "thesis.txt"
    foreign.parent.mkdir()
    foreign.write_text("mine")
    with pytest.raises(PostgresError, match="不是 PostgreSQL 的数据目录"):
        EmbeddedPostgres(tmp_path).start()
    assert foreign.read_text() == "mine"


def test_a_first_start_that_was_killed_half_way_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "cluster.unfinished" / "base").mkdir(parents=True)
    (tmp_path / "superuser.secret").write_text("of the killed attempt")
    with EmbeddedPostgres(tmp_path) as server:
        assert run(server, "SELECT 1") == 1
    assert not (tmp_path / "cluster.unfinished").exists()


def test_only_who_knows_the_password_gets_in(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(_run(f"postgresql://postgres:guess@127.0.0.1:{server.port}/postgres", "SELECT 1"))
        assert (tmp_path / "superuser.secret").stat().st_mode & 0o077 == 0
