"""Trees, nested pairs of leaves, and a network that stands at each of their nodes."""
from mxnet.gluon import nn

from ..runtime.checks import check_whole

__all__ = ['RecursiveNetwork', 'climb_tree', 'grow_tree']


class RecursiveNetwork(nn.HybridBlock):
    """One layer at each node of a tree: its state is of the states of its two parts.

    Each example may have a tree of its own. *Deep Learning*, 10.6.

    Parameters
    ----------
    num_values, num_hiddens
        Different values of leaves, and units of a state, at least 1, else InputError.
    num_leaves
        At least 2, else InputError.

    Inputs
        X (batch, leaves), values; parts (batch, leaves - 1, 2), of each node the
        numbers of its parts, where first leaves are counted, then nodes, the root last

    Outputs
        scores (batch, leaves - 1, values) of the nodes

    Ours, for 23.10
    """

    def __init__(self, num_values: int, num_hiddens: int, num_leaves: int, **kwargs):
        super().__init__(**kwargs)
        check_whole(num_values=num_values, num_hiddens=num_hiddens)
        check_whole(least=2, num_leaves=num_leaves)
        self.num_hiddens, self.num_leaves = num_hiddens, num_leaves
        self.embedding = nn.Embedding(num_values, num_hiddens)
        self.node = nn.Dense(num_hiddens, activation='sigmoid', flatten=False,
                             in_units=2 * num_hiddens)
        self.read = nn.Dense(num_values, flatten=False, in_units=num_hiddens)

    def hybrid_forward(self, F, X, parts):
        n, H = self.num_leaves, self.embedding(X)       # (batch, n, num_hiddens)
        chosen = F.npx.one_hot(parts, 2 * n - 1)        # (batch, n - 1, 2, 2 n - 1)
        for k in range(n - 1):
            both = F.npx.batch_dot(F.np.squeeze(F.npx.slice(
                chosen, begin=(None, k, None, 0), end=(None, k + 1, None, n + k)),
                axis=1), H)                             # (batch, 2, num_hiddens)
            both = F.npx.reshape(both, (-2, 1, 2 * self.num_hiddens))
            H = F.np.concatenate([H, self.node(both)], axis=1)
        return self.read(F.npx.slice(H, begin=(None, n), end=(None, None)))


def grow_tree(leaves, split):
    """A tree of leaves in order, nested pairs; ``split(n)`` of n are on the left.

    leaves: a list or range; a single one is a tree.

    Ours, for 23.10
    """
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return grow_tree(leaves[:k], split), grow_tree(leaves[k:], split)


def climb_tree(tree, leaf, join):
    """What a tree comes to: ``leaf(i)`` at leaves, ``join(left, right)`` at nodes.

    tree: nested pairs, of tuples. Left parts come first.

    Ours, for 23.10
    """
    if not isinstance(tree, tuple):
        return leaf(tree)
    return join(*(climb_tree(part, leaf, join) for part in tree))
