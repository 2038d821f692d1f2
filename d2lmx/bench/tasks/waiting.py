"""What the pages' loops do between two batches, and this library's do without."""
import math


def clip_and_wait(net, theta) -> None:
    """Clip a network's gradients; reads their norm, and so waits for it."""
    params = [param.data() for param in net.collect_params().values()
              if param.grad_req != 'null']
    norm = math.sqrt(sum((param.grad ** 2).sum() for param in params))
    if norm > theta:
        for param in params:
            param.grad[:] *= theta / norm
