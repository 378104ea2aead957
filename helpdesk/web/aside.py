"""Heavy computing beside the event loop, so that whoever else is being served does not stand still."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import gevent
from gevent import monkey

P = ParamSpec("P")
R = TypeVar("R")


def aside(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what ``work`` returns, computed in a thread of its own when the program is served by gevent.

    Only for work that computes: it may not touch a session, a socket, the request or any lock of ours. The caller
    waits, everybody else goes on. What ``work`` raises is raised here.
    """
    if not monkey.is_module_patched("threading"):
        return work(*args, **kwargs)
    return gevent.get_hub().threadpool.apply(work, args, kwargs)  # type: ignore[no-any-return]
