"""``d2lmx launch``: start the workers and what they need, watch all, end all."""
import contextlib
import json
import logging
import queue
import threading
import time

from .. import processor
from .horovod import Rendezvous
from .hosts import LOCAL, LaunchError, free_port, own_address, read_hosts
from .link import MARK
from .nodes import Node, environment

LOG = logging.getLogger('d2lmx')
GRACE = 5.0  # seconds that workers have to obey Ctrl-C, or servers to end by themselves


@contextlib.contextmanager
def job(args, command, say):
    """All processes of a training, ready to be started: gives a `Job`.

    args: attributes as of the options of ``d2lmx launch``; command: the section and its
    options; say: ``say(line)``, called with each line that is for people. LaunchError
    where hosts or ports cannot be used.
    """
    with contextlib.ExitStack() as opened:
        nodes = plan(args, command, opened)
        yield Job(nodes, args.timeout, say)


def plan(args, command, opened) -> list:
    """All processes, not yet started: those of the engine first, then the workers.

    opened: an ExitStack, for what this process has to do for them.
    """
    hosts = read_hosts(args.hosts) if args.hosts else []
    address = own_address(hosts, args.address)
    port = free_port(args.port)
    places = hosts or [None]
    at = [places[rank % len(places)] for rank in range(args.workers)]
    common = {'D2LMX_ENGINE': args.engine, 'D2LMX_MODE': args.mode,
              'D2LMX_WORKERS': args.workers}
    nodes, own = [], [{}] * args.workers  # own: variables of each worker alone
    if args.engine == 'horovod':
        names = [host.name if host else LOCAL[0] for host in at]
        meeting = Rendezvous(address, port, names, args.timeout)
        opened.callback(meeting.close)
        own = [meeting.variables(rank) for rank in range(args.workers)]
    else:
        servers = args.servers or 1
        common.update({'DMLC_PS_ROOT_URI': address, 'DMLC_PS_ROOT_PORT': port,
                       'DMLC_NUM_WORKER': args.workers, 'DMLC_NUM_SERVER': servers})
        nodes = store_nodes([places[n % len(places)] for n in range(servers)], address,
                            common)
    for rank, host in enumerate(at):
        threads = args.threads or max(1, processor.usable_cores() // at.count(host))
        variables = {**environment('worker', host, address, common), **own[rank],
                     'D2LMX_RANK': str(rank), processor.THREADS: str(threads)}
        nodes.append(Node(f'worker {rank}', host, variables, command, rank=rank))
    return nodes


def store_nodes(hosts, address, common) -> list:
    """KVStore's scheduler, and a server on each of the hosts."""
    scheduler = Node('scheduler', None, environment('scheduler', None, address, common))
    return [scheduler, *(Node(f'server {number}', host,
                              environment('server', host, address, common))
                         for number, host in enumerate(hosts))]


class Job:
    """Processes that must all live until the workers are done."""

    def __init__(self, nodes, timeout: float, say):
        self.nodes, self.timeout, self.say = nodes, timeout, say
        self.workers = [node for node in nodes if node.rank is not None]
        self.events = queue.Queue()
        self.sums = [[] for _ in self.workers]  # lists that wait for the others'
        self.said = set()  # complaints that another worker has printed
        self.ending = False
        self.readers = []

    def run(self) -> None:
        """Start all, wait for the end, leave no process.

        LaunchError where a process dies, fails, or gives no sign of life in time;
        KeyboardInterrupt after Ctrl-C, when all have ended.
        """
        try:
            for node in self.nodes:
                node.start()
                for stream in (node.process.stdout, node.process.stderr):
                    self.readers.append(threading.Thread(
                        target=self._read, args=(node, stream), daemon=True))
                    self.readers[-1].start()
            self._watch(until=lambda: all(node.status == 0 for node in self.workers))
            self._wait_for_servers()
        except LaunchError as error:
            self.ending = True
            self._drain(0.3)
            raise LaunchError(f'{error}; ending all', error.status) from error
        except KeyboardInterrupt:
            LOG.warning('interrupted, ending all')
            self._interrupt()
            raise
        finally:
            self.ending = True
            for node in self.nodes:
                node.kill()
            self._read_the_rest()

    def _read(self, node, stream):
        for line in stream:
            self.events.put((node, line.decode(errors='replace').rstrip('\n')))
        stream.close()

    def _read_the_rest(self):
        """Print all that the processes wrote before they ended."""
        end = time.monotonic() + GRACE  # something of theirs may have outlived them
        for reader in self.readers:
            reader.join(max(0, end - time.monotonic()))
        self._drain(0)

    def _watch(self, until):
        """Handle lines until the condition holds; LaunchError where something fails."""
        while not until():
            self._handle(0.1)
            if any(node.has_failed() for node in self.nodes):
                self._drain(0.3)  # workers may tell meanwhile that they are done
            if failed := [node for node in self.nodes if node.has_failed()]:
                # whoever was killed took the others, which lost it, along; and who
                # complained took those that ended as if all were done
                node = min(failed, key=lambda node: (node.status >= 0,
                                                     node.status == 0))
                status = node.status if node.status in (1, 2, 130) else 1
                raise LaunchError(f'{node} {node.end()}', status)
            now = time.monotonic()
            silent = [node for node in self.workers if node.status is None
                      and now - node.heard > self.timeout]
            if silent:
                names = ', '.join(f'{node} ({node.state})' for node in silent)
                guilty = ''.join(f'{node} is stopped (SIGSTOP, or a debugger): '
                                 for node in self.nodes if node.is_stopped())
                raise LaunchError(f'{guilty}no sign of life for {self.timeout:g} s of '
                                  f'{names}')

    def _handle(self, seconds) -> bool:
        """Take one line, waiting for it that long; whether there was one."""
        try:
            node, line = self.events.get(timeout=seconds) if seconds else (
                self.events.get_nowait())
        except queue.Empty:
            return False
        node.heard = time.monotonic()
        if line.startswith(MARK):
            self._obey(node, json.loads(line[len(MARK):]))
        elif not line.startswith('d2lmx') or line not in self.said:
            self.said.add(line)
            self.say(f'[{node.name}] {line}')
        return True

    def _obey(self, node, message):
        for word, state in (('starting', 'waiting for the others to join'),
                            ('joined', 'at work'), ('done', 'done')):
            if word in message:
                node.state = state
        if all(worker.state == 'done' for worker in self.workers):
            for other in self.nodes:
                other.state = 'done'
        if 'sum' in message and not self.ending:
            self.sums[node.rank].append(message['sum'])
            self._add_up()

    def _add_up(self):
        """Tell all workers the sums, once each has sent its numbers."""
        if all(self.sums):
            lists = [waiting.pop(0) for waiting in self.sums]
            if len({len(values) for values in lists}) > 1:
                raise LaunchError('the workers do not do the same: they would add up '
                                  f'{" and ".join(str(len(v)) for v in lists)} numbers')
            totals = [sum(numbers) for numbers in zip(*lists)]
            for worker in self.workers:
                worker.tell(sum=totals)

    def _drain(self, seconds):
        """Print what is on its way, for that long."""
        end = time.monotonic() + seconds
        while self._handle(max(0, end - time.monotonic())):
            pass

    def _wait_for_servers(self):
        end = time.monotonic() + GRACE
        while (any(node.poll() is None for node in self.nodes)
               and time.monotonic() < end):
            self._handle(0.05)
        self._drain(0)

    def _interrupt(self):
        """Ctrl-C for the workers, and a while for them to tell what is left."""
        self.ending = True
        for worker in self.workers:
            worker.tell(interrupt=True)
        end = time.monotonic() + GRACE
        try:
            while (any(node.poll() is None for node in self.workers)
                   and time.monotonic() < end):
                self._handle(0.1)
        except KeyboardInterrupt:  # impatient
            pass
