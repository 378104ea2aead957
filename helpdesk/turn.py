"""A lock that is handed on in the order in which it was asked for."""

import threading
from collections import deque
from types import TracebackType


class Turn:
    """Whoever asked first is next: nobody who comes straight back gets ahead of somebody who waits.

    The library's lock may be taken again by the one who has just let it go, over and over; with one writer at a time
    some then wait for seconds while others write hundreds of times.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._line: deque[threading.Lock] = deque()
        self._is_taken = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            own = threading.Lock()
            own.acquire()
            self._line.append(own)
        try:
            own.acquire()  # until it is handed over
        except BaseException:
            self._give_up(own)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hand_on()

    def _hand_on(self) -> None:
        with self._guard:
            if self._line:
                self._line.popleft().release()
            else:
                self._is_taken = False

    def _give_up(self, own: threading.Lock) -> None:
        """Leave the line (a greenlet was ended while it waited); what was handed over meanwhile goes to the next."""
        with self._guard:
            if own in self._line:
                self._line.remove(own)
                return
        self._hand_on()
