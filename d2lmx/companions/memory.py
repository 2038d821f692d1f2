"""A network with slots that it writes to and reads from, step by step."""
import numpy as onp
from mxnet import npx
from mxnet.gluon import nn

from ..models.unrolling import GraphOfEachLength
from ..runtime.checks import check_whole

__all__ = ['ExplicitMemory']

WAYS = -1, 0, 1         # slots that a head may go in a step
PARTS = (1, 4), (4, 7)  # where to go, of all that the writing head is told, the reading


class ExplicitMemory(GraphOfEachLength, nn.HybridBlock):
    """Tokens tell two heads what to write and where to go; what they read is scored.

    Each head stands on slots with weights that add up to 1, on the first slot at the
    beginning. In a step the first head puts a value, as far as a gate is open, in the
    place of what it reads there; the second head reads; then each goes a slot back,
    stays, or goes on, by three chances. All of it is smooth, and learnt.
    *Deep Learning*, 10.12.

    Parameters
    ----------
    num_tokens, num_slots, width, num_hiddens
        Different tokens; slots, in a ring; numbers in a slot; and in the controller's
        layer, which sees one token at a time. At least 1, else InputError.

    Inputs
        X (batch, steps), numbers of tokens

    Outputs
        scores (batch, steps, num_tokens)

    It is compiled for each number of steps anew.

    Ours, for 23.10
    """

    def __init__(self, num_tokens: int, num_slots: int, width: int, num_hiddens: int,
                 **kwargs):
        super().__init__(**kwargs)
        check_whole(num_tokens=num_tokens, num_slots=num_slots, width=width,
                    num_hiddens=num_hiddens)
        self.embedding = nn.Embedding(num_tokens, num_hiddens)
        self.controller = nn.Dense(num_hiddens, activation='tanh', flatten=False,
                                   in_units=num_hiddens)
        self.heads = nn.Dense(7, flatten=False, in_units=num_hiddens)
        self.values = nn.Dense(width, activation='tanh', flatten=False,
                               in_units=num_hiddens)
        self.read = nn.Dense(num_tokens, flatten=False, in_units=width)
        slots = onp.eye(num_slots, dtype='float32')
        self.moves = self.params.get_constant('moves', onp.concatenate(
            [onp.roll(slots, way, axis=1) for way in WAYS], axis=1))
        self.first = self.params.get_constant('first', slots[None, :1])

    def lengths(self, X):
        return {self: X.shape[1]}

    def hybrid_forward(self, F, X, moves, first):
        H = self.controller(self.embedding(X))         # (batch, steps, num_hiddens)
        told = self.heads(H)
        chances = [F.npx.softmax(told[:, :, a:b]) for a, b in PARTS]
        parts = [self.values(H), F.npx.sigmoid(told[:, :, :1]), *chances]
        num_steps, found = self.num_steps or X.shape[1], []
        M, w_w = None, first + told[:, :1, :1] * 0        # (batch, 1, slots)
        w_r = w_w

        def go(w, s):
            w = F.npx.reshape(F.np.dot(w, moves), (-2, 3, -1))  # (batch, 3, slots)
            return F.npx.batch_dot(s, w)

        # (batch, 1, width), (batch, 1, 1), and twice (batch, 1, 3)
        for v, g, s_w, s_r in zip(*(F.np.split(part, num_steps, axis=1)
                                    for part in parts)):
            change = v if M is None else v - F.npx.batch_dot(w_w, M)
            written = F.npx.batch_dot(g * w_w, change, transpose_a=True)
            M = written if M is None else M + written  # (batch, slots, width)
            found.append(F.npx.batch_dot(w_r, M))      # (batch, 1, width)
            w_w, w_r = go(w_w, s_w), go(w_r, s_r)
        return self.read(F.np.concatenate(found, axis=1))

    def places(self, X):
        """Where the writing and the reading head stand at each step of X (1, steps).

        NumPy (2, steps, slots).
        """
        told = self.heads(self.controller(self.embedding(X)))[0]
        found = []
        for a, b in PARTS:
            w, row = onp.eye(self.first.shape[2])[0], []
            for chances in npx.softmax(told[:, a:b]).asnumpy():
                row.append(w)
                w = sum(chance * onp.roll(w, way) for chance, way in zip(chances, WAYS))
            found.append(row)
        return onp.array(found)
