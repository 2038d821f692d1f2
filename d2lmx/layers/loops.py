"""A loop over the steps of a sequence."""

__all__ = ['over_steps']


def over_steps(F, step, inputs, states):
    """Call ``step(X, *states) -> (Y, states)`` for X in inputs, one after the other.

    inputs: an array (steps, ...), or a list of them, of which X is then a list, too;
    states a list or tuple. Gives all Y as one (steps, ...), and the last states as a
    tuple. In a hybridized block it is one loop for any number of steps.

    Ours, for 8.5
    """
    def as_np(arrays):
        return ([array.as_np_ndarray() for array in arrays]
                if isinstance(arrays, list) else arrays.as_np_ndarray())

    def as_nd(arrays):
        return ([array.as_nd_ndarray() for array in arrays]
                if isinstance(arrays, (list, tuple)) else arrays.as_nd_ndarray())

    def body(X, states):
        Y, states = step(as_np(X), *as_np(states))
        return as_nd(Y), as_nd(states)

    Y, states = F.contrib.foreach(body, as_nd(inputs), as_nd(states))
    return as_np(Y), tuple(as_np(states))
