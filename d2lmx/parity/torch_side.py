"""PyTorch's half of a comparison; torch is imported inside the functions."""
import importlib
import importlib.util

__all__ = ['has_torch', 'find_twin', 'torch_epoch']


def has_torch() -> bool:
    """Whether PyTorch is installed. Book: 6.6 (sec_lenet)"""
    return importlib.util.find_spec('torch') is not None


def find_twin(name: str):
    """``build_net`` of the PyTorch port of a section, or None where there is none.

    Book: 6.6 (sec_lenet)
    """
    module = f'{__package__}.twins.{name}'
    if importlib.util.find_spec(module) is None:
        return None
    return importlib.import_module(module).build_net


def torch_epoch(build_net, batches, lr: float, num_threads: int):
    """A function that trains a twin by SGD for one epoch: loss and accuracy like ours.

    batches: ``batches() -> iterable of (X, y)`` NumPy arrays. Xavier weights; loss and
    accuracy are summed without waiting for each batch, as the other side does.

    Book: 6.6 (sec_lenet)
    """
    import torch
    torch.set_num_threads(num_threads)
    net = build_net()
    for layer in net.modules():
        if isinstance(layer, (torch.nn.Linear, torch.nn.Conv2d)):
            torch.nn.init.xavier_uniform_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)

    def epoch():
        net.train()
        l_sum, correct, count = 0.0, 0, 0
        for X, y in batches():
            X, y = torch.from_numpy(X), torch.from_numpy(y).long()
            optimizer.zero_grad()
            y_hat = net(X)
            l = loss(y_hat, y)
            l.backward()
            optimizer.step()
            l_sum += l.detach() * len(y)
            correct += (y_hat.argmax(axis=1) == y).sum()
            count += len(y)
        return float(l_sum) / count, float(correct) / count

    return epoch
