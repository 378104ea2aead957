"""Run the soaks: ``python -m tests.soak [--scale 0.1] [name …]``. Ends with 1 when an invariant was broken."""

import argparse
import importlib
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

from tests.soak.checks import Check


def modules() -> list[str]:
    """Return the names of the soaks that are here."""
    return sorted(path.stem.removeprefix("soak_") for path in Path(__file__).parent.glob("soak_*.py"))


def main() -> int:
    """Run what was asked for, print what was found, go on after a soak that could not run to its end."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1 takes minutes, 0.1 is for continuous integration")
    parser.add_argument("names", nargs="*", help=f"which of: {' '.join(modules())} (all)")
    wanted = parser.parse_args()
    if not 0 < wanted.scale <= 100:
        parser.error("--scale must be above 0 and at most 100")
    if unknown := set(wanted.names) - set(modules()):
        parser.error(f"unknown: {' '.join(sorted(unknown))}")
    signal.signal(
        signal.SIGTERM, lambda _number, _frame: sys.exit(128 + signal.SIGTERM)
    )  # servers are ended on the way
    broken = 0
    for name in wanted.names or modules():
        began = time.monotonic()
        try:
            checks = importlib.import_module(f"tests.soak.soak_{name}").run(wanted.scale)
        except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError):
            # One soak that cannot go on must not hide what the others find; it counts as broken, with its trace.
            traceback.print_exc()
            checks = [Check(f"{name} ran to its end", ok=False)]
        for check in checks:
            print(check.line(), flush=True)
        broken += sum(not check.ok for check in checks)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
