"""`./shian backup` and `./shian restore`: a copy of the whole installation, taken while it runs, and back again.

The database is copied by `pg_basebackup`, all units at one moment, the write-ahead log of the copying included. The
uploaded files follow after it: a file is there before the row that names it and is never changed, so every row of the
copy has its file. Every file is held against its SHA-256 before anything is restored.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ValidationError

from deploy.data_folder import DEFAULT, EXPLANATION, MARKER, DataFolder
from deploy.databases import configured_urls
from deploy.embedded_postgres import CLUSTER, SUPERUSER, EmbeddedPostgres, find_binaries, is_server, read_pid_file
from deploy.processes import DeployError
from shared.http.validation_messages import explain

MANIFEST = "backup.json"
KEPT = ("keys", "files", "secrets.json", "demo-loaded")
"""What an installation needs besides its database. Logs and the addresses of this run are not taken along."""


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{name} 在备份之外")
    return name


class Manifest(BaseModel):
    """What a backup holds: its files with their SHA-256, and its folders (older backups do not tell them)."""

    files: dict[str, str]
    folders: list[Annotated[str, AfterValidator(_inside)]] = []


def back_up(folder: DataFolder, target: Path) -> Path:
    """A new folder below ``target`` with everything of the installation; it has its name only when it is whole.

    Raises ``DeployError``.
    """
    if configured_urls():
        raise DeployError(
            "数据库不是内置的：请用 pg_dump 备份数据库，再复制上传的文件（见 docs/operations/backup.md）。"
        )
    if not (folder.postgres / CLUSTER / "PG_VERSION").exists():
        raise DeployError(f"目录 {folder.path} 上还没有数据，没有可以备份的。")
    moment = datetime.now(UTC)
    whole = target.absolute() / f"shian-{moment:%Y%m%dT%H%M%SZ}"
    unfinished = whole.with_suffix(".unfinished")
    unfinished.mkdir(parents=True, mode=0o700)
    with _server(folder) as port:
        _copy_database(folder, port, unfinished / "postgres" / CLUSTER)
    shutil.copy2(folder.postgres / "superuser.secret", unfinished / "postgres")
    for name in KEPT:
        _copy(folder.path / name, unfinished / name)
    (unfinished / MARKER).write_text(EXPLANATION)
    manifest = {
        "made_at": moment.isoformat(),
        "files": dict(_hashes(unfinished)),
        "folders": sorted(str(path.relative_to(unfinished)) for path in unfinished.rglob("*") if path.is_dir()),
    }
    (unfinished / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1))
    unfinished.rename(whole)
    return whole


def restore(backup: Path, folder: DataFolder) -> None:
    """Put a backup, once it is proven whole, where an installation can start on it. Raises ``DeployError``.

    A store of files alone, as many backups are sent to, keeps neither empty folders nor rights; the server needs both.
    """
    folders = prove(backup)
    if folder.path.exists() and any(folder.path.iterdir()):
        raise DeployError(f"目录 {folder.path} 不是空的。没有改动任何文件。请用 --data 指定一个新目录。")
    unfinished = folder.path.with_name(f"{folder.path.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(backup, unfinished, ignore=shutil.ignore_patterns(MANIFEST))
    for name in folders:
        (unfinished / name).mkdir(parents=True, exist_ok=True)
    for private in (unfinished, unfinished / "postgres" / CLUSTER):
        private.chmod(0o700)
    if folder.path.exists():
        folder.path.rmdir()
    unfinished.rename(folder.path)


def prove(backup: Path) -> list[str]:
    """Hold every file of a backup against what was written down of it; its folders. Raises ``DeployError``."""
    try:
        manifest = Manifest.model_validate_json((backup / MANIFEST).read_bytes())
    except ValidationError as error:
        wrong = "；".join(explain(each) for each in error.errors()[:5])
        raise DeployError(f"{backup} 不是一份完整的备份：{MANIFEST} 读不懂：{wrong}。") from None
    except OSError:
        raise DeployError(f"{backup} 不是一份完整的备份：没有可读的 {MANIFEST}。") from None
    if links := sorted(str(path.relative_to(backup)) for path in backup.rglob("*") if path.is_symlink()):
        raise DeployError(f"备份 {backup} 里有链接：{'、'.join(links[:5])}。备份只有文件和目录；没有恢复任何东西。")
    kept, found = manifest.files, dict(_hashes(backup))
    if different := sorted(name for name in kept.keys() | found.keys() if kept.get(name) != found.get(name)):
        shown = "、".join(different[:5])
        raise DeployError(
            f"备份 {backup} 与备份时不同（{len(different)} 个文件）：{shown}。没有恢复任何东西，请换一份备份。"
        )
    return manifest.folders


@contextmanager
def _server(folder: DataFolder) -> Iterator[int]:
    """The port of the server that runs on this folder, or of one started for the backup."""
    cluster = folder.postgres / CLUSTER
    lines = read_pid_file(cluster)
    if len(lines) > 7 and is_server(int(lines[0]), cluster):
        yield int(lines[3])
        return
    with EmbeddedPostgres(folder.postgres) as server:
        yield server.port


def _copy_database(folder: DataFolder, port: int, target: Path) -> None:
    target.mkdir(parents=True, mode=0o700)
    cluster = folder.postgres / CLUSTER
    program = find_binaries(int((cluster / "PG_VERSION").read_text()), cluster) / "pg_basebackup"
    command = [str(program), "-h", "127.0.0.1", "-p", str(port), "-U", SUPERUSER, "-D", str(target)]
    command += ["-X", "stream", "-c", "fast"]
    secret = (folder.postgres / "superuser.secret").read_text()
    environment = os.environ | {"PGPASSWORD": secret, "PGCONNECT_TIMEOUT": "10"}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if answer.returncode:
        raise DeployError(f"数据库没有备份成功：{answer.stderr.strip()[:500]}")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)


def _hashes(backup: Path) -> Iterator[tuple[str, str]]:
    """The SHA-256 of every file but the manifest."""
    for path in sorted(backup.rglob("*")):
        if path.is_file() and path != backup / MANIFEST:
            with path.open("rb") as file:
                yield str(path.relative_to(backup)), hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    """Run one of the two commands; ends with what to do where it cannot."""
    parser = argparse.ArgumentParser(prog="./shian")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("backup", "备份放在哪个目录下"), ("restore", "哪一份备份（目录）")):
        command = commands.add_parser(name)
        command.add_argument("place", type=Path, help=what)
        command.add_argument("--data", type=Path, default=DEFAULT, help="数据目录（缺省为程序目录下的 .data）")
    options = parser.parse_args()
    began = time.monotonic()
    try:
        if options.command == "backup":
            whole = back_up(DataFolder(options.data), options.place)
            size = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())
            print(
                f"已备份到 {whole}：{size / 2**20:,.0f} MB，{time.monotonic() - began:.0f} 秒。请另存一份到别的机器。"
            )
        else:
            restore(options.place, DataFolder(options.data))
            print(f"已恢复到 {options.data}，{time.monotonic() - began:.0f} 秒。启动：./shian up --data {options.data}")
    except DeployError as error:
        sys.exit(f"没有办成：{error}")
    except OSError as error:
        sys.exit(f"没有办成：{error.filename} 读写不了（{error.strerror}）")


if __name__ == "__main__":
    main()
