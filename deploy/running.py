"""`./shian demo`, `token` and `first-administrator`: ask something of the platform that runs on a data folder."""

import argparse
import os
import sys
from pathlib import Path

from deploy.data_folder import DEFAULT, DataFolder
from deploy.processes import DeployError
from deploy.units import ROOT, process_environment

PROGRAMS = {
    "demo": "deploy.demo",
    "token": "gateway.identity.demo_token",
    "first-administrator": "gateway.identity.first_administrator",
}
ONLY_IN_DEMO = frozenset({"demo", "token"})


def main() -> None:
    """Become the program asked for, with the settings of the platform; its own options are passed on."""
    parser = argparse.ArgumentParser(prog="./shian", add_help=False)  # the program itself explains its options
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("--data", type=Path, default=DEFAULT, help="数据目录（缺省为程序目录下的 .data）")
    options, passed_on = parser.parse_known_args()
    settings = {} if {"-h", "--help"} & set(passed_on) else _settings(options.program, options.data)
    os.chdir(ROOT)
    command = [sys.executable, "-m", PROGRAMS[options.program], *passed_on]
    os.execve(command[0], command, process_environment(settings))  # noqa: S606 - a shell is what we do not want


def _settings(program: str, data: Path) -> dict[str, str]:
    """The settings of the platform on this folder; ends with what to do where there is none that will do."""
    try:
        settings = DataFolder(data).environment
    except DeployError as error:
        sys.exit(str(error))
    if program in ONLY_IN_DEMO and settings["SHIAN_DEMO"] != "1":
        sys.exit("这个平台是用 --no-demo 启动的，没有演示数据和演示令牌。")
    return settings


if __name__ == "__main__":
    main()
