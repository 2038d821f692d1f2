"""The processes of a distributed training, here or behind ssh."""
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from .hosts import LaunchError

ROOT = Path(__file__).resolve().parent.parent.parent
SSH = ('ssh', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10')
CARRIED = ('MXNET_', 'D2LMX_', 'DMLC_', 'PS_', 'OMP_', 'PYTHON', 'HOROVOD_')  # by ssh


def environment(role, host, address, common) -> dict:
    """The variables of a process: those of this one, and what MXNet must know."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get('PYTHONPATH')]))
    return {**os.environ, **{name: str(value) for name, value in common.items()},
            'DMLC_ROLE': role,
            'DMLC_NODE_HOST': address if host is None or host.is_here else host.address,
            'PYTHONPATH': path, 'PYTHONUNBUFFERED': '1'}


class Node:
    """One process: a scheduler, a server, or, where it has a rank, a worker.

    It is the leader of a process group of its own, which ends as a whole: here by a
    signal, on another machine, and where the launcher dies, when its stdin ends.
    """

    def __init__(self, name, host, variables, command=(), rank=None):
        self.name, self.host, self.variables, self.rank = name, host, variables, rank
        self.command = ([sys.executable, '-W', 'ignore', '-m',
                         'd2lmx', 'worker', *command] if rank is not None else
                        [sys.executable, '-W', 'ignore',
                         str(Path(__file__).with_name('server.py'))])
        self.process = None
        self.heard = time.monotonic()
        self.state = 'being started'

    def __str__(self):
        return f'{self.name} on {self.host.name}' if self.host else self.name

    def start(self) -> None:
        """Start the process; LaunchError where that cannot be."""
        command, variables = self.command, self.variables
        if self.host and not self.host.is_here:
            sent = [f'{name}={value}' for name, value in variables.items()
                    if name.startswith(CARRIED)]
            remote = shlex.join(['env', *sent, *command])
            command = [*SSH, '--', self.host.name,
                       f'cd {shlex.quote(os.getcwd())} && {remote}']
            variables = None
        self.heard = time.monotonic()
        try:
            self.process = subprocess.Popen(
                command, env=variables, start_new_session=True, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except OSError as error:
            raise LaunchError(f'cannot start {self}: {error}') from error

    def poll(self):
        """As of `subprocess.Popen`."""
        return self.process.poll() if self.process else None

    @property
    def status(self):
        return self.poll()

    def has_failed(self) -> bool:
        """Whether it has ended as it should not, or sooner."""
        if self.status is None:
            return False
        return self.status != 0 or (self.rank is None and self.state != 'done')

    def is_stopped(self) -> bool:
        """Whether it was stopped, by SIGSTOP or a debugger, where Linux tells."""
        try:
            about = Path(f'/proc/{self.process.pid}/stat').read_text(encoding='utf-8')
        except OSError:
            return False
        return about.rpartition(') ')[2][0] in 'Tt'  # behind the name, in brackets

    def end(self) -> str:
        """How it ended, in words."""
        if self.status < 0:
            return f'was killed ({signal.Signals(-self.status).name})'
        if self.host and self.status == 255:
            return 'could not be started, or was lost: ssh failed (status 255)'
        return f'ended with status {self.status}'

    def tell(self, **message) -> None:
        """Send a worker one message."""
        try:
            self.process.stdin.write(json.dumps(message).encode() + b'\n')
            self.process.stdin.flush()
        except OSError:
            pass  # it has ended, which its status tells

    def kill(self) -> None:
        """End the process and all that it started."""
        if self.process is None:
            return
        try:
            self.process.stdin.close()
        except OSError:
            pass
        if self.host and not self.host.is_here and self.status is None:
            try:  # the far end kills itself, and ssh then ends
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
