"""`./shian bench`: run `tests/benchmarks` against a platform of their own; each prints its ratios.

A benchmark is a function ``bench_…`` in a file ``bench_….py``. It finds the platform in the environment
(``SHIAN_GATEWAY_URL``, ``SHIAN_SAMPLING_DATABASE_URL`` …), as the units themselves do.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.processes import DeployError
from deploy.throwaway import throwaway_platform
from deploy.units import ROOT, process_environment

COLLECT = ["-o", "python_files=bench_*.py", "-o", "python_functions=bench_*"]

UNLIMITED = {"SHIAN_REQUESTS_PER_MINUTE": "0"}
"""A benchmark asks for more than one caller's share."""


def main() -> int:
    """Start, measure, stop; the benchmarks' exit code. Arguments are passed on to pytest."""
    print("启动一个临时平台（含演示数据）……", flush=True)
    command = [sys.executable, "-m", "pytest", "tests/benchmarks", *COLLECT, "-s", "-q", *sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="shian-bench-") as folder:
        try:
            with throwaway_platform(Path(folder) / "data", demo=True, settings=UNLIMITED) as platform:
                environment = process_environment(platform.settings)
                return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
        except DeployError as error:
            print(error, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
