"""`./shian clients 目录`: the Python and the TypeScript client, generated from the code at hand and compiled."""

import argparse
import subprocess
import sys
from pathlib import Path

from deploy.clients.document import for_generators, interface_of
from deploy.clients.python_client import check_python_client, write_python_client
from deploy.clients.typescript_client import NoNode, write_typescript_client
from shared.contracts.codes import Unit


def main() -> int:
    parser = argparse.ArgumentParser(prog="./shian clients", description="生成并编译 Python、TypeScript 客户端")
    parser.add_argument("folder", type=Path, help="写到哪个目录")
    units = [unit.value for unit in Unit]
    parser.add_argument(
        "--only", nargs="+", choices=units, default=units, metavar="单元", help=f"只要这些：{'、'.join(units)}"
    )
    parser.add_argument("--unchecked", action="store_true", help="不核对 Python 客户端的类型（全部接口要核对一两分钟）")
    chosen = parser.parse_args()
    document = interface_of([Unit(name) for name in chosen.only])
    folder = chosen.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        package = write_python_client(for_generators(document), folder)
        sound = chosen.unchecked or check_python_client(package)
        compiled = write_typescript_client(document, folder)
    except (NoNode, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Python：{package}\nTypeScript：{compiled}")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
