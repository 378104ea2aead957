"""Measuring programs: how the product compares with bare references on the same machine in the same run.

``make bench`` (``python -m tests.bench``) runs every ``bench_*.py`` here and prints one table of ratios. There is no
verdict: absolute figures belong to the machine, and a ratio is to be compared with the one before.

To add one: a module ``bench_something.py`` with ``run() -> list[Row]``. How long to measure comes from
``rows.pace()``; a server under test is started with ``machine.Program``, load with ``driver.Load``.
"""
