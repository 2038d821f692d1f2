"""Ctrl-C, and the processes that a command starts."""
import signal
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def without_ctrl_c():
    """Processes started within the block never see Ctrl-C: who started them ends them.
    """
    resource_tracker.ensure_running()  # else its start would let the signal in again
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
