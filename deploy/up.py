"""`./shian up`: the whole platform on one machine, in the foreground, until Ctrl-C or SIGTERM."""

import argparse
import errno
import http.client
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from deploy.data_folder import DEFAULT, DataFolder
from deploy.databases import open_databases
from deploy.processes import DeployError, port_is_free, spawn_child, tail
from deploy.supervisor import Child, Supervisor
from deploy.units import (
    BACKGROUND,
    ROOT,
    background_command,
    choose_ports,
    migrate_command,
    platform_environment,
    process_environment,
    unit_environment,
    web_command,
)
from shared.contracts.codes import Unit

STARTED_AT = time.monotonic()
FREE_SPACE_NEEDED = 500 * 2**20


def main() -> int:
    """Parse the options and run; 0 after an ordered stop, 1 after a message that says what to do."""
    parser = argparse.ArgumentParser(prog="./shian up", description="启动整个平台，按 Ctrl-C 停止。")
    parser.add_argument("--port", type=int, default=8000, help="网关的端口（缺省 8000）")
    parser.add_argument("--data", type=Path, default=DEFAULT, help="数据目录（缺省为程序目录下的 .data）")
    parser.add_argument("--no-demo", action="store_true", help="不装演示数据，不开演示账号")
    parser.add_argument("--reset", action="store_true", help="先清空数据目录（不询问；外部数据库不受影响）")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # under nohup a hang-up stays ignored
            signal.signal(number, interrupt)
    try:
        run(DataFolder(options.data), options.port, demo=not options.no_demo, reset=options.reset)
    except KeyboardInterrupt:
        say("已全部停止。")
        return 0
    except DeployError as error:
        print(f"启动失败：{error}", file=sys.stderr)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            print(f"启动失败：磁盘已满（{error.filename}）。请清理磁盘，或用 --data 换一个目录。", file=sys.stderr)
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            print(f"启动失败：没有权限写 {error.filename}。请检查目录权限，或用 --data 换一个目录。", file=sys.stderr)
        else:
            raise
    return 1


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Begin the ordered stop, which no second signal may cut short: it ends by itself within seconds."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    say("正在停止……")
    raise KeyboardInterrupt


def run(folder: DataFolder, port: int, *, demo: bool, reset: bool = False) -> None:
    """Start everything and watch it; only an exception ends this. Raises ``DeployError`` and ``OSError``."""
    folder.claim(reset=reset)
    if shutil.disk_usage(folder.path).free < FREE_SPACE_NEEDED:
        raise DeployError(
            f"磁盘空间不足：{folder.path} 所在磁盘的剩余空间少于 {FREE_SPACE_NEEDED >> 20} MB。"
            "请清理后重试，或用 --data 换一个目录。"
        )
    if not port_is_free(port):
        raise DeployError(f"端口 {port} 已被别的程序占用。请停掉那个程序，或换一个端口：./shian up --port {port + 10}")
    say(f"数据目录 {folder.path}，日志目录 {folder.logs}")
    with ExitStack() as stack:
        build = [sys.executable, "-m", "deploy.assets"]
        assets = stack.enter_context(running_task(build, process_environment({}), folder.logs / "assets.log"))
        say("启动数据库……")
        urls, server = stack.enter_context(open_databases(folder))
        supervisor = stack.enter_context(Supervisor(say))
        if server:
            supervisor.watch(Child("postgres", server.spawn, server.log, borrowed=True, process=server.process))
        ports = choose_ports(port)
        settings = platform_environment(folder, urls, ports, demo=demo)
        folder.environment = settings

        say("迁移数据库……")
        migrate(supervisor, settings, folder)
        if assets.poll() is None:
            say("构建网页脚本……")
        supervisor.watch_until(lambda: assets.poll() is not None)
        if assets.returncode:
            say(tail(folder.logs / "assets.log"))

        say("启动四个服务和网关……")
        start_units(supervisor, settings, ports, folder.logs)
        say(f"已就绪。打开 http://127.0.0.1:{port}  （按 Ctrl-C 停止）")
        if demo:
            print_logins(settings)
            if not folder.demo_loaded.exists():
                load_demo(supervisor, settings, folder)
        elif lacks_administrator(supervisor, settings, folder):
            data = "" if folder.path == DEFAULT else f" --data {shlex.quote(str(folder.path))}"
            say("还没有系统管理员，谁也登录不了。请另开一个终端，建立第一位（会打印一个临时口令）：")
            say(f"./shian first-administrator{data} --login 登录名 --name 姓名 --region 区划代码")
        supervisor.watch_until(lambda: False)


def start_units(supervisor: Supervisor, settings: Mapping[str, str], ports: Mapping[Unit, int], logs: Path) -> None:
    """Start the web servers, then, when all answer, the relays and job runners."""
    webs: dict[str, int] = {}
    children = []
    for unit, port in ports.items():
        environment, name = unit_environment(settings, unit), f"{unit}-web"
        webs[name] = port
        log = logs / f"{name}.log"
        children.append(supervisor.start(name, web_command(unit, port), env=environment, cwd=ROOT, log=log))
    supervisor.wait_for_start(children, lambda child: answers(webs[child.name]), seconds=180)
    for unit in ports:
        for kind in BACKGROUND:
            environment, name = unit_environment(settings, unit), f"{unit}-{kind}"
            log = logs / f"{name}.log"
            supervisor.start(name, background_command(unit, kind), env=environment, cwd=ROOT, log=log)


def answers(port: int) -> bool:
    """Whether the web server on the port says that it can work."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def running_task(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run something that ends by itself; leaving early ends it with all it started."""
    with log.open("wb") as output:
        task = spawn_child(command, death_signal=signal.SIGKILL, output=output, env=environment, cwd=ROOT)
    try:
        yield task
    finally:
        if task.poll() is None:
            os.killpg(task.pid, signal.SIGKILL)
            task.wait()


def migrate(supervisor: Supervisor, settings: Mapping[str, str], folder: DataFolder) -> None:
    """Bring all five schemas up to date. Raises ``DeployError`` with the end of the log."""
    log = folder.logs / "migrate.log"
    with running_task(migrate_command(), process_environment(settings), log) as task:
        supervisor.watch_until(lambda: task.poll() is not None)
    if task.returncode:
        raise DeployError(f"数据库迁移没有成功，数据停在最后一个完成的版本。日志 {log} 的末尾：\n{tail(log)}")


def load_demo(supervisor: Supervisor, settings: Mapping[str, str], folder: DataFolder) -> None:
    """Load the demo through the gateway, once in a data folder, passing on what it says of its progress.

    A failure does not stop the platform.
    """
    log = folder.logs / "demo.log"
    say("装入演示数据，约需一两分钟，其间页面可以照常使用……")
    command = [sys.executable, "-m", "deploy.demo"]
    with running_task(command, process_environment(settings), log) as task, log.open(encoding="utf-8") as progress:

        def has_ended() -> bool:
            ended = task.poll() is not None
            for line in progress:
                say(f"  {line.rstrip()}")
            return ended

        supervisor.watch_until(has_ended)
    if task.returncode == 0:
        folder.demo_loaded.touch()
        say("演示数据已装好。")
    else:
        say(f"演示数据没有装完，平台照常运行。可稍后运行 ./shian demo 重试。日志：{log}")


def print_logins(settings: Mapping[str, str]) -> None:
    """The demo accounts, as the demo itself describes them."""
    command = [sys.executable, "-m", "deploy.demo", "--logins"]
    subprocess.run(command, env=process_environment(settings), cwd=ROOT, check=False)


def lacks_administrator(supervisor: Supervisor, settings: Mapping[str, str], folder: DataFolder) -> bool:
    """Whether there is nobody yet who could make users."""
    command = [sys.executable, "-m", "gateway.identity.first_administrator", "--missing"]
    log = folder.logs / "first-administrator.log"
    with running_task(command, process_environment(settings), log) as task:
        supervisor.watch_until(lambda: task.poll() is not None)
    return task.returncode == 0


def say(text: str) -> None:
    """One line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED_AT:6.1f} 秒] {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
