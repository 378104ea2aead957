"""When the garbage collector may stop the program.

A full collection looks at every object there is. With a thousand connections it stops the process for 40 to 350 ms,
and with Python's defaults it comes every few seconds. So what is there after start-up is frozen (it will not become
garbage), full collections by count are made rare, and one is run by the clock when the process has little to do.
"""

import gc
import time
from typing import Final

import gevent

FULL_COLLECTION_THRESHOLD: Final = 1000
"""Collections of the middle generation between two full ones; Python's own figure is 10."""

LOOK_EVERY_SECONDS: Final = 10
QUIET_SHARE: Final = 0.15
QUIET_AFTER_SECONDS: Final = 120
AT_LEAST_EVERY_SECONDS: Final = 900


def settle() -> None:
    """Clean up after start-up, freeze what is left and make full collections rare. Call it once, just before serving."""
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_COLLECTION_THRESHOLD)


def is_time_to_collect(seconds_since_last: float, busy_share: float) -> bool:
    """Decide whether a full collection is due: at a quiet moment after two minutes, at any after a quarter of an hour.

    ``busy_share`` is the part of one processor, from 0 to 1, that the process used since it was last looked at.
    """
    if seconds_since_last >= AT_LEAST_EVERY_SECONDS:
        return True
    return seconds_since_last >= QUIET_AFTER_SECONDS and busy_share < QUIET_SHARE


def collect_when_quiet() -> None:
    """Look at the clock for ever and collect when it is time. Runs in a greenlet of its own."""
    collected_at = looked_at = time.monotonic()
    used = time.process_time()
    while True:
        gevent.sleep(LOOK_EVERY_SECONDS)
        moment, spent = time.monotonic(), time.process_time()
        if is_time_to_collect(moment - collected_at, (spent - used) / (moment - looked_at)):
            gc.collect()
            collected_at = time.monotonic()
        looked_at, used = moment, spent
