"""Ctrl-C is for the process that a reader started, not for those that it starts."""
import multiprocessing
import signal

import pytest

from d2lmx.runtime.signals import without_ctrl_c


@pytest.mark.processes
def test_a_process_started_in_the_block_never_sees_ctrl_c():
    process = multiprocessing.get_context('spawn').Process(
        target=signal.raise_signal, args=(signal.SIGINT,))
    with without_ctrl_c():
        process.start()
    process.join()
    assert process.exitcode == 0  # 1, and a traceback, where it does
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
