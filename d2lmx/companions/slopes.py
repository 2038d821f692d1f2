"""How models whose slopes are at hand learn: Boltzmann machines and their kin."""
import numpy as onp

__all__ = ['centered', 'centered_kernels', 'chain_slopes', 'descend_with_momentum',
           'exact_slopes', 'log_odds']

MOMENTUM = .9


def descend_with_momentum(params, slopes, num_steps: int, lr: float,
                          record=lambda: None, num_records: int = 10) -> dict:
    """Steps down ``slopes()``, in place; {step: what ``record()`` gave before it}.

    params: NumPy arrays; slopes: a function without arguments, whose value has an array
    for each of them. The rate falls from lr to 0 in a line.

    Ours, for 23.21
    """
    speeds, found = [onp.zeros_like(param) for param in params], {}
    for step in range(num_steps + 1):
        if step % max(1, num_steps // num_records) == 0:
            found[step] = record()
        for param, speed, slope in zip(params, speeds, slopes()):
            speed *= MOMENTUM
            speed -= lr * (1 - step / (num_steps + 1)) * slope
            param += speed
    return found


def exact_slopes(machine, V, weights=None):
    """Slopes of -log p, a mean over V (n, visible), both of whose phases are exact.

    machine: an `RBM` or kin, whose ``expected_slope`` counts a layer. weights (n,): of
    the rows of V, equal ones where None. *Deep Learning*, 18.1.

    Ours, for 23.21
    """
    weights = equal_weights(V) if weights is None else weights
    return lambda: differences(machine.slope(V, weights), machine.expected_slope())


def chain_slopes(machine, V, batch_size: int, chains, completed=lambda V: V):
    """The same by batches, and by chains that go on in place of the model's mean.

    completed: what makes of a batch the states of a machine's visible units, as of
    `DBM`. *Deep Learning*, algorithms 18.3 and 20.1.

    Ours, for 23.21
    """
    def slopes():
        nonlocal chains
        chains = machine.sample(chains)
        batch = completed(V[onp.random.randint(len(V), size=batch_size)])
        return differences(machine.slope(batch, equal_weights(batch)),
                           machine.slope(chains, equal_weights(chains)))
    return slopes


def centered(slopes, mu, beta=.5):
    """Of a machine's slopes by W, b and c, a direction down that is less narrow.

    Steps along it are those of a machine whose energy has v - mu and h - beta in place
    of v and h, its b and c being others then: -(v - mu)'W(h - beta) - b'v - c'h. mu:
    (visible,), about the mean of v; beta: (hidden,), or one for all, about that of h.
    *Deep Learning*, 20.4.5.

    Ours, for 23.21
    """
    def direction():
        W, b, c = slopes()
        h = onp.broadcast_to(beta, c.shape)
        W = W - onp.outer(b, h) - onp.outer(mu, c)
        return W, b - W @ h, c - W.T @ mu
    return direction


def centered_kernels(crbm, slopes, mu, beta=.5):
    """`centered`, of a `ConvolutionalRBM`: mu and beta are one number for all units.

    Ours, for 23.21
    """
    ones = onp.ones((1, *crbm.inputs(crbm.b[None]).shape[1:]))

    def direction():
        W, b, c = slopes()
        # how often c, and which of b, a weight of a kernel comes together with
        W = W - beta * crbm.windows(b[None]).sum(axis=(0, 1, 2)) - mu * c[:, None, None]
        return W, b - beta * crbm.seen_from(ones, W)[0], c - mu * W.sum(axis=(1, 2))
    return direction


def equal_weights(V):
    return onp.full(len(V), 1 / len(V))


def differences(data, model):
    return [a - b for a, b in zip(data, model)]


def log_odds(V):
    """Of the units of V (n, ...), which are 0 or 1; two rows, of either, are added.

    Ours, for 23.21
    """
    ones = V.sum(axis=0) + 1
    return onp.log(ones / (len(V) + 2 - ones))
