"""`./shian migrate`: bring the five schemas up to date without starting the platform."""

import argparse
import subprocess
import sys
from pathlib import Path

from deploy.data_folder import DEFAULT, DataFolder
from deploy.databases import configured_urls, open_databases, url_setting
from deploy.processes import DeployError
from deploy.units import ROOT, migrate_command, process_environment


def main() -> int:
    """Migrate the configured databases, or the embedded one of a data folder; the migration's exit code."""
    parser = argparse.ArgumentParser(prog="./shian migrate", description="只迁移数据库。")
    parser.add_argument("--data", type=Path, default=DEFAULT, help="数据目录（缺省为程序目录下的 .data）")
    folder = DataFolder(parser.parse_args().data)
    try:
        if not configured_urls():
            folder.claim()
        with open_databases(folder) as (urls, _):
            environment = process_environment({url_setting(unit): url for unit, url in urls.items()})
            return subprocess.run(migrate_command(), env=environment, cwd=ROOT, check=False).returncode
    except DeployError as error:
        print(f"迁移失败：{error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
