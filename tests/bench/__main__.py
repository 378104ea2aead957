"""Run the measuring programs and print one table: ``python -m tests.bench [--quick] [--json] [name …]``."""

import argparse
import dataclasses
import importlib
import json
import os
import platform
import sys
from pathlib import Path

from tests.bench.rows import QUICK_VARIABLE, Row, table


def modules() -> list[str]:
    """Return the names of the measuring programs that are here."""
    return sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def main() -> int:
    """Run what was asked for. Returns 0, whatever the figures are; 1 when a program could not measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes, one run instead of three")
    parser.add_argument("--json", action="store_true", help="one object per row instead of a table")
    parser.add_argument("names", nargs="*", help=f"which of: {' '.join(modules())} (all)")
    wanted = parser.parse_args()
    if wanted.quick:
        os.environ[QUICK_VARIABLE] = "1"
    if unknown := set(wanted.names) - set(modules()):
        parser.error(f"unknown: {' '.join(sorted(unknown))}")
    rows: list[Row] = []
    failed = 0
    for name in wanted.names or modules():
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            rows += importlib.import_module(f"tests.bench.bench_{name}").run()
        except (OSError, RuntimeError, TimeoutError) as trouble:
            print(f"{name} could not measure: {trouble}", file=sys.stderr, flush=True)
            failed = 1
    if wanted.json:
        for row in rows:
            print(json.dumps(dataclasses.asdict(row) | {"ratio": row.ratio}, ensure_ascii=False))
    else:
        print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} processors")
        print(table(rows))
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
