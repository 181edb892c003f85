"""A child that does not outlive its supervisor: its standard input ends when the supervisor does.

Role: tells a child process that nobody watches it any more.
Must not know: what the child does.
"""

import os
import threading
from collections.abc import Callable

STANDARD_INPUT = 0


def when_alone(act: Callable[[], None]) -> None:
    """Call `act` once, from a thread, when the supervisor's end of standard input is closed."""

    def wait() -> None:
        while os.read(STANDARD_INPUT, 1024):
            pass
        act()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
