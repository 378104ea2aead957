"""Long, rough runs: what must hold under load, kill -9, lost lines and strangers holds, or the program ends with 1.

``make soak`` (``python -m tests.soak``) runs every ``soak_*.py`` here. Figures are printed, slowness is never a failure:
only a broken invariant is (a message lost, a contact given twice, memory that does not come back).

To add one: a module ``soak_something.py`` with ``run(scale: float) -> list[Check]``. ``scale`` 1 is minutes, 0.1 is for
continuous integration; it shortens and thins out, it changes no invariant. ``processes.Helpdesk`` starts, kills and asks
the product.
"""
