"""Horovod in place of MXNet's KVStore: the workers add gradients up among themselves.

They find each other through a rendezvous, a small HTTP server in the launcher; there is
no scheduler and no server. Horovod is imported only where it is asked for.
"""
import contextlib
import os
import threading

from mxnet import np

from .hosts import LaunchError


@contextlib.contextmanager
def importing():
    """Within the block, Horovod is imported; LaunchError where that fails."""
    try:
        yield
    except ImportError as error:
        raise LaunchError(
            f'Horovod cannot be used here ({error}): HOROVOD_WITH_MXNET=1 pip install '
            "--no-build-isolation horovod==0.28.1, as docs/distributed.md says, or "
            'leave --engine out') from error


class Rendezvous:
    """Where workers find each other: served on a port, by a thread of this process.

    names: of the machine of each worker, by rank; address: of this machine.
    """

    def __init__(self, address, port: int, names, timeout: float):
        with importing():
            from horovod.runner.http import http_server
        self.slots = slots(names)
        self.common = {
            'HOROVOD_GLOO_RENDEZVOUS_ADDR': address,
            'HOROVOD_GLOO_RENDEZVOUS_PORT': port,
            'HOROVOD_GLOO_TIMEOUT_SECONDS': int(timeout) + 1,  # the launcher first
            'HOROVOD_CONTROLLER': 'gloo', 'HOROVOD_CPU_OPERATIONS': 'gloo'}
        self._server = http_server.RendezvousHTTPServer(
            ('', port), http_server.RendezvousHandler, verbose=0)
        self._server.init(self.slots)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True
                         ).start()

    def variables(self, rank: int) -> dict:
        """What a worker's Horovod has to know."""
        place = {f'HOROVOD_{field.upper()}': value
                 for field, value in vars(self.slots[rank]).items()}
        return {name: str(value) for name, value in {**self.common, **place}.items()}

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def slots(names) -> list:
    """Horovod's SlotInfo of each rank, from the names of the ranks' machines."""
    with importing():
        from horovod.runner.common.util.hosts import SlotInfo
    local = [names[:rank].count(name) for rank, name in enumerate(names)]
    return [SlotInfo(hostname=name, rank=rank, size=len(names),
                     local_rank=local[rank], local_size=names.count(name),
                     cross_rank=local[:rank].count(local[rank]),
                     cross_size=local.count(local[rank]))
            for rank, name in enumerate(names)]


class HorovodStore:
    """What `trainer.Store` is to KVStore: the worker's one tie to the others.

    address: this machine's, as the others reach it.
    """

    type = 'horovod'

    def __init__(self, address: str):
        with importing():
            import horovod.mxnet as hvd
        os.environ.setdefault('HOROVOD_GLOO_IFACE', interface(address))
        self.hvd = hvd
        hvd.init()
        self.num_keys = 0
        self._total = np.zeros(1)

    def new_keys(self, count: int) -> int:
        """The first of so many keys, the same in all workers."""
        self.num_keys += count
        return self.num_keys - count

    def broadcast(self, key, value, out, priority=0):
        self.hvd.broadcast_(value, 0, str(key), priority)
        for array in out:
            array[:] = value.as_in_ctx(array.ctx)

    def pushpull(self, key, value, out=None, priority=0):
        total, *others = value
        for array in others:
            total += array.as_in_ctx(total.ctx)
        self._add_up(total, str(key), priority)
        for array in others:
            array[:] = total.as_in_ctx(array.ctx)

    def barrier(self) -> None:
        """Wait for all workers."""
        self.total(0).wait_to_read()

    def total(self, number):
        """The sum of all workers' numbers, as an array still being computed."""
        self._total[:] = number
        self._add_up(self._total, 'total')
        return self._total.copy()

    def _add_up(self, array, name, priority=0):
        self.hvd.allreduce_(array, name=name, priority=priority, op=self.hvd.Sum)


def interface(address: str) -> str:
    """The name of this machine's network interface with that address."""
    with importing():
        import psutil
    for name, entries in psutil.net_if_addrs().items():
        if address in [entry.address for entry in entries]:
            return name
    raise LaunchError(f'no network interface here has the address {address}: '
                      'correct it in the file of hosts, or by --address')
