"""How throughput grows with workers: measured here, and predicted by arithmetic.

In a step of dist_sync each worker sends its gradients to the servers, and gets the sum:
4 bytes a parameter, twice. With n workers and s servers, a server's line carries n / s
times the bytes of one worker in each direction, so that, where nothing overlaps,

    seconds = compute + 2 * 4 * parameters * max(1, n / s) / bandwidth

and n workers train n / (1 + communication / compute) times as much as one process. Part
of the sending overlaps with computing, so this is a lower bound.
"""
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .. import processor

BYTES = 4  # of a float32


def communication_seconds(parameters: int, workers: int, servers: int,
                          bandwidth: float) -> float:
    """Of a step; bandwidth: bytes a second of one machine's line, each way."""
    return 2 * BYTES * parameters * max(1, workers / servers) / bandwidth


def speed_up(compute: float, communication: float, workers: int) -> float:
    """Examples a second of n workers, as multiples of those of a process alone."""
    return workers * compute / (compute + communication)


def bandwidth(parameters: int, communication: float) -> float:
    """Bytes a second, from the communication of one worker with one server."""
    return 2 * BYTES * parameters / communication


def measure(section_file, options) -> dict:
    """Seconds a step, of one thread each: alone, two at once, one worker, two workers.

    Also those of a worker's ``communication``, which computes nothing, and the number
    of trained ``parameters``.
    """
    run = ['run', str(section_file), *options]
    alone, first = _seconds(run)
    with ThreadPoolExecutor() as pool:
        beside = max(seconds for seconds, _ in pool.map(_seconds, [run, run]))
    one, two, communication = (
        _seconds(['launch', '-n', n, '-s', '1', '--threads', '1', '--', *run, *only])[0]
        for n, only in (('1', []), ('2', []), ('1', ['--no-compute'])))
    return {'alone': alone, 'two at once': beside, '1 worker': one, '2 workers': two,
            'communication': communication, 'parameters': first['result']['parameters']}


def _seconds(command):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, '-W', 'ignore', '-m', 'd2lmx', *command,
                        '--out', folder], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, processor.THREADS: '1'})
        record, = Path(folder).glob('*/metrics.json')
        record = json.loads(record.read_text(encoding='utf-8'))
    return record['timing']['seconds a step'], record


def table(told: dict, batch_size: int) -> list:
    """Lines: what was measured, and what the arithmetic says beside it."""
    count, compute = told['parameters'], told['alone']
    rate = bandwidth(count, told['communication'])
    # two processes slow each other down; the rest is communication
    predicted = told['two at once'] + communication_seconds(count, 2, 1, rate)
    lines = [f'{count:,} parameters, {BYTES * count / 1e6:.1f} MB of gradients; '
             f'sent and added up by {rate / 1e6:.0f} MB/s', '',
             '| | seconds a step | examples a second | times one process |',
             '| --- | --- | --- | --- |']
    rows = [('one process', compute, 1), ('two processes, strangers',
                                          told['two at once'], 2),
            ('1 worker, 1 server', told['1 worker'], 1),
            ('2 workers, 1 server', told['2 workers'], 2),
            ('2 workers, predicted', predicted, 2)]
    return lines + [f'| {name} | {seconds:.3f} | {n * batch_size / seconds:.1f} | '
                    f'{n * compute / seconds:.2f} |' for name, seconds, n in rows]


def forecast(parameters: int, compute: float, workers=(2, 4, 8, 16),
             gigabits=(1, 10, 25)) -> list:
    """Lines: speed-up by workers, each on its machine, with one or n servers."""
    lines = ['| workers, servers | ' + ' | '.join(f'{g} Gbit/s' for g in gigabits)
             + ' |', '| --- |' + ' --- |' * len(gigabits)]
    for n in workers:
        for servers in (1, n):
            cells = [speed_up(compute, communication_seconds(parameters, n, servers,
                                                             g * 1e9 / 8), n)
                     for g in gigabits]
            lines.append(f'| {n}, {servers} | '
                         + ' | '.join(f'{cell:.1f}' for cell in cells) + ' |')
    return lines
