"""A section run by a process of its own, whose results folder tells how it went."""
import json
import subprocess
import sys
from pathlib import Path

from ..errors import Unavailable
from ..files.whole import writing
from ..runtime.signals import without_ctrl_c
from ..version import VERSION
from .results import as_json

PATIENCE = 10  # seconds that a process has to end in, before it is killed
LONGEST = 200  # characters of what it said last
# what the files that a run has read may be, where these were asked for
KINDS = {'auto': ('book', 'local', 'toy', 'none'), 'book': ('book', 'local', 'none'),
         'toy': ('toy', 'none')}


class RunFailed(Unavailable, RuntimeError):
    """A section's process ended without results; its own last words say why."""


def run_apart(section, argv, out) -> dict:
    """The record of ``d2lmx run SECTION argv...``, run by another process to its end.

    out: where the results folder is made, and ``logs/SECTION.txt`` with what the
    process says. RunFailed, with its last line, where it ends with another status than
    0. It never sees Ctrl-C; what interrupts this function ends it.
    """
    log = out / 'logs' / f'{section.slug}.txt'
    command = [sys.executable, '-W', 'ignore', '-m', 'd2lmx', 'run', section.path,
               *argv, '--out', out]
    with writing(log):
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, 'w', encoding='utf-8') as file:
            status = status_of_process(command, file)
    if status:
        raise RunFailed(f'{last_line(log) or f"it ended with status {status}"} '
                        f'(all of it: {log})')
    return saved(section, out)


def status_of_process(command, file) -> int:
    """The status with which a process ends, whose output goes to a file."""
    process = None
    try:
        with without_ctrl_c():
            process = subprocess.Popen(list(map(str, command)), stdout=file,
                                       stderr=subprocess.STDOUT,
                                       stdin=subprocess.DEVNULL)
        return process.wait()
    finally:
        if process and process.poll() is None:
            end(process)


def end(process) -> None:
    """End a process by SIGTERM, after which it tidies up, or else for good."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def last_line(log: Path) -> str:
    """The last line with words of a text, without the command's name before it, and
    without the end of a long one."""
    lines = log.read_text(encoding='utf-8', errors='replace').split('\n')
    found = [line.strip() for line in lines if line.strip()] or ['']
    line = found[-1].removeprefix('d2lmx: ')
    return line if len(line) <= LONGEST else f'{line[:LONGEST]} ...'


def saved(section, out):
    """The record that a run has left in `out`, or None where there is none."""
    try:
        text = (out / section.slug / 'metrics.json').read_text(encoding='utf-8')
        record = json.loads(text)
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def is_of(record, args, options) -> bool:
    """Whether a record is what a run with these options, as of `parse`, would give.

    That is of the same hyperparameters, seed and version of d2lmx, in one process, on
    data that ``args.data`` allows.
    """
    wanted = {'options': as_json(options), 'seed': args.seed, 'smoke': args.smoke,
              'hybridized': args.hybridize, 'workers': 1}
    return (all(record.get(name) == value for name, value in wanted.items())
            and record.get('versions', {}).get('d2lmx') == VERSION
            and record.get('data') in KINDS[args.data])
