"""The folder in which one installation keeps everything it makes: database, files, keys, secrets, logs."""

import json
import os
import secrets
import shutil
import uuid
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deploy.embedded_postgres import CLUSTER, end_orphan
from deploy.processes import DeployError, lock_folder
from shared.contracts.codes import Unit

DEFAULT = Path(__file__).resolve().parents[1] / ".data"
MARKER = "SHIAN_DATA"
LOCK = "lock"
EXPLANATION = (
    "这是食安平台的数据目录：postgres 是数据库，files 是上传的文件，keys 与 secrets.json 是密钥，logs 是日志。\n"
    "停止平台后可以整个复制或移走；./shian up --reset 会清空它。请不要删除本文件。\n"
)


class DataFolder:
    """Paths and secrets of one installation. Nothing is written before ``claim``."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.postgres = self.path / "postgres"
        self.files = self.path / "files"
        self.keys = self.path / "keys"
        self.logs = self.path / "logs"
        self.demo_loaded = self.path / "demo-loaded"
        self._environment = self.path / "environment.json"
        self._secrets = self.path / "secrets.json"

    def claim(self, *, reset: bool = False) -> None:
        """Take the folder for this process until it ends, creating or emptying it first.

        Only a folder that is empty or carries our marker is ever touched. Raises ``DeployError``.
        """
        if self.path.exists() and not self.path.is_dir():
            raise DeployError(f"{self.path} 不是目录。请用 --data 指定一个目录。")
        if not self._is_ours():
            raise DeployError(
                f"目录 {self.path} 里有别的东西，不是食安的数据目录。没有改动任何文件。"
                "请用 --data 指定一个空目录或新目录。"
            )
        self.path.mkdir(parents=True, exist_ok=True)
        lock_folder(self.path)
        if reset:
            end_orphan(self.postgres / CLUSTER)
            for entry in self.path.iterdir():
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                elif entry.name not in (LOCK, MARKER):
                    entry.unlink()
        (self.path / MARKER).write_text(EXPLANATION)
        for folder in (self.files, self.keys, self.logs):
            folder.mkdir(exist_ok=True, mode=0o700)
        if not any(self.keys.glob("*.pem")):
            key = Ed25519PrivateKey.generate()
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_secret(self.keys / f"{uuid.uuid4()}.pem", pem.decode())
        if not self._secrets.exists():
            names = ("events", *(unit.value for unit in Unit))
            write_secret(self._secrets, json.dumps({name: secrets.token_urlsafe(32) for name in names}))

    def _is_ours(self) -> bool:
        return (
            not self.path.exists()
            or (self.path / MARKER).exists()
            or {entry.name for entry in self.path.iterdir()} <= {LOCK}
        )

    def secret(self, name: str) -> str:
        """The random secret ``events``, or the database password of a unit."""
        value: str = json.loads(self._secrets.read_text())[name]
        return value

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the platform that runs, or last ran, on this folder. Raises ``DeployError``."""
        try:
            environment: dict[str, str] = json.loads(self._environment.read_text())
        except FileNotFoundError:
            raise DeployError(f"目录 {self.path} 上还没有启动过平台。请先运行 ./shian up。") from None
        return environment

    @environment.setter
    def environment(self, environment: dict[str, str]) -> None:
        write_secret(self._environment, json.dumps(environment, indent=1))


def write_secret(file: Path, text: str) -> None:
    """Write ``file`` at once and readable by its owner only: nobody ever sees half of it."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    unfinished.replace(file)
