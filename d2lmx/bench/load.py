"""Other programs' work, as a browser's or a second notebook's: processes that compute.
"""
import os
import subprocess
import sys
from contextlib import contextmanager

from ..runtime.signals import without_ctrl_c

# for as long as it has this parent, so that it ends even where that one is killed
BUSY = '''
import os, sys
print(flush=True)
while os.getppid() == int(sys.argv[1]):
    sum(range(10 ** 5))
'''


@contextmanager
def busy(count: int):
    """``with busy(2):`` so many processes beside compute without a pause.

    All of them are at work when the block begins, and gone when it ends, however it
    ends. They are as nice as this process, and never see Ctrl-C.
    """
    processes = []
    try:
        for _ in range(count):
            with without_ctrl_c():
                processes.append(subprocess.Popen(
                    [sys.executable, '-IS', '-c', BUSY, str(os.getpid())],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE))
        for process in processes:
            process.stdout.readline()
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()
            process.stdout.close()
