"""Gluon's Trainer on a store that the workers share: MXNet's distributed KVStore."""
import mxnet as mx
from mxnet import gluon, np, npx
from mxnet.kvstore.base import KVStoreBase

from ..context import current
from ..errors import InputError


class Trainer(gluon.Trainer):
    """Takes the place of ``gluon.Trainer`` in a worker: the same calls, shared steps.

    With dist_sync or Horovod gradients are added up, and every worker makes the same
    update by itself; so learning rates may change, and the states can be saved. A step
    divides by the sum of all workers' batch sizes. dist_async: the servers update, with
    each worker's gradient, divided by its own batch size, when it comes.
    """

    def __init__(self, params, optimizer, optimizer_params=None, kvstore='device',
                 compression_params=None, update_on_kvstore=None):
        self._workers = current().workers
        self._reduced = False
        super().__init__(params, optimizer, optimizer_params,
                         kvstore=TrainerStore(self._workers.store),
                         compression_params=compression_params,
                         update_on_kvstore=self._workers.is_async)
        self._first_rate = self._optimizer.lr

    def _init_params(self):
        npx.waitall()  # a convolution under way may turn its weights over
        super()._init_params()
        # a worker that is late would pull, as its first weights, the others' gradients
        npx.waitall()
        self._workers.store.barrier()

    def step(self, batch_size, ignore_stale_grad=False):
        if self._workers.is_async:
            self._step_async(batch_size, ignore_stale_grad)
        else:
            total = self._workers.store.total(batch_size)
            if not self._reduced:
                self.allreduce_grads()
            self._reduced = False
            self.update(float(total), ignore_stale_grad)
        self._workers.updated(self)

    def reduce_now(self) -> None:
        """Add the gradients up before the next step, which then leaves them as are."""
        if self._workers.is_async:
            return
        if len(self._contexts) > 1:
            raise InputError('gradients that are clipped need one device a worker: '
                             'leave --devices out')
        self.allreduce_grads()
        self._reduced = True

    def _step_async(self, batch_size, ignore_stale_grad):
        optimizer = self._optimizer
        if optimizer.lr_scheduler is None and optimizer.lr != self._first_rate:
            raise InputError('with dist_async the servers keep the learning rate that '
                             'they were started with: use dist_sync')
        for param in self._params:  # the servers' own scale is fixed by the first step
            if param.grad_req != 'null':
                for grad in param.list_grad():
                    grad /= batch_size or 1
        super().step(1, ignore_stale_grad)


class Store:
    """The process's one connection to KVStore's servers; hands out all keys."""

    def __init__(self, mode: str):
        self.kv = mx.kv.create(mode)
        self.num_keys = 0
        self._total = None
        if mode == 'dist_sync':
            self._total, self._total_key = np.zeros(1), self.new_keys(1)
            self.kv.init(self._total_key, self._total.as_nd_ndarray())
        self.barrier()

    def new_keys(self, count: int) -> int:
        """The first of so many keys, the same in all workers."""
        self.num_keys += count
        return self.num_keys - count

    @property
    def type(self):
        return self.kv.type

    def broadcast(self, key, value, out, priority=0):
        self.kv.broadcast(key, value, out, priority)

    def pushpull(self, key, value, out=None, priority=0):
        self.kv.push(key, value, priority)
        self.kv.pull(key, out=value if out is None else out, priority=priority)

    def set_optimizer(self, optimizer):
        self.kv.set_optimizer(optimizer)

    def barrier(self) -> None:
        """Wait for all workers."""
        self.kv._barrier()

    def total(self, number):
        """The sum of all workers' numbers, as an array still being computed."""
        mine = np.array([number], dtype='float32').as_nd_ndarray()
        self.kv.push(self._total_key, mine)
        result = np.zeros(1)
        self.kv.pull(self._total_key, out=result.as_nd_ndarray())
        return result


class TrainerStore(KVStoreBase):
    """What one trainer sees of the store: its own keys, from 0."""

    def __init__(self, store):
        self.store = store
        self._keys = {}

    def _key(self, key):
        if key not in self._keys:
            self._keys[key] = self.store.new_keys(1)
        return self._keys[key]

    def broadcast(self, key, value, out, priority=0):
        # outside training a convolution leaves weights in a layout of its own, which
        # the store cannot read
        plain = np.array(value.asnumpy(), dtype=value.dtype)
        self.store.broadcast(self._key(key), plain, out, priority)

    def pushpull(self, key, value, out=None, priority=0):
        self.store.pushpull(self._key(key), value, out, priority)

    def set_optimizer(self, optimizer):
        self.store.set_optimizer(optimizer)

    @staticmethod
    def is_capable(capability):
        return True

    @property
    def type(self):
        return self.store.type
