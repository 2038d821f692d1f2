"""PyTorch's half of a comparison; torch is imported inside the functions."""
import importlib
import importlib.util
import sys
from pathlib import Path

__all__ = ['NO_TORCH', 'UnusablePort', 'has_torch', 'find_twin', 'load_port',
           'torch_epoch', 'torch_language_epoch', 'torch_translation_epoch']

NO_TORCH = ('this needs PyTorch, which is not installed: pip install "d2lmx[torch]" '
            '(a CPU build will do)')


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


class UnusablePort(ValueError):
    """What was named as ``file.py:factory`` gives no PyTorch module.

    Book: 6.6 (sec_lenet)
    """


def load_port(spec: str):
    """The factory of a reader's own port, from ``'path/to/file.py:factory'``.

    It is called once, to see that it returns a torch.nn.Module. UnusablePort says what
    is wrong: the form, the file, an error in it, the factory, or what that returns.

    Book: 6.6 (sec_lenet)
    """
    import torch
    file, colon, name = spec.rpartition(':')
    path = Path(file)
    if not (colon and name.isidentifier() and path.suffix == '.py'):
        raise UnusablePort(f'expected file.py:factory, got {spec!r}')
    if not path.is_file():
        raise UnusablePort(f'there is no file {path}')
    factory = getattr(import_file(path), name, None)
    if not callable(factory):
        raise UnusablePort(f'{path} has no function {name!r}: it must return the port, '
                           'a torch.nn.Module, and take no arguments')
    try:
        port = factory()
    except Exception as error:  # the reader's code: it may raise anything
        raise UnusablePort(f'{name}() in {path} fails with {type(error).__name__}: '
                           f'{error}') from error
    if not isinstance(port, torch.nn.Module):
        raise UnusablePort(f'{name}() in {path} must return a torch.nn.Module, got '
                           f'{type(port).__name__}')
    return factory


def import_file(path):
    """A reader's file as a module, which may import its neighbours."""
    spec = importlib.util.spec_from_file_location(f'd2lmx_port_{path.stem}', path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # the reader's code: it may raise anything
        raise UnusablePort(f'{path} cannot be imported: {type(error).__name__}: {error}'
                           ) from error
    finally:
        sys.path.remove(str(path.parent.resolve()))
    return module


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


def torch_language_epoch(build_net, batches, state_shapes, lr: float, num_threads: int):
    """A function that trains a twin's language model for one epoch: the mean loss.

    batches: an iterable of X, Y (batch, steps), MXNet arrays, where rows go on from
    batch to batch. By SGD with gradients clipped to norm 1.

    Book: 8.5 (sec_rnn_scratch)
    """
    import torch
    torch.set_num_threads(num_threads)
    net = build_net()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.01)
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)

    def epoch():
        net.train()
        state = [torch.zeros(shape) for shape in state_shapes]
        l_sum, count = 0.0, 0
        for X, Y in batches:
            X, Y = (torch.from_numpy(array.asnumpy()).long() for array in (X, Y))
            optimizer.zero_grad()
            y_hat, state = net(X, *state)
            l = loss(y_hat, Y.T.reshape(-1))
            l.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1)
            optimizer.step()
            state = [S.detach() for S in (state if isinstance(state, (list, tuple))
                                          else [state])]
            l_sum += l.detach() * Y.numel()
            count += Y.numel()
        return float(l_sum) / count

    return epoch


def torch_translation_epoch(build_net, batches, bos: int, lr: float, num_threads: int):
    """The same of a translator, by Adam: the mean loss of a target token.

    batches: ``batches() -> iterable of (X, X_valid_len, Y, Y_valid_len)`` NumPy arrays;
    bos: number of the token '<bos>'.

    Book: 9.7 (sec_seq2seq)
    """
    import torch
    torch.set_num_threads(num_threads)
    net = build_net()
    loss = torch.nn.CrossEntropyLoss(reduction='none')
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)

    def epoch():
        net.train()
        l_sum, count = 0.0, 0
        for rows in batches():
            X, X_valid_len, Y, Y_valid_len = (torch.from_numpy(array).long()
                                              for array in rows)
            dec_X = torch.cat((torch.full_like(Y[:, :1], bos), Y[:, :-1]), dim=1)
            is_valid = torch.arange(Y.shape[1]) < Y_valid_len[:, None]
            optimizer.zero_grad()
            Y_hat, _ = net(X, dec_X, X_valid_len)
            ls = (loss(Y_hat.transpose(1, 2), Y) * is_valid).mean(dim=1)
            num_tokens = Y_valid_len.sum()
            (ls.sum() / num_tokens).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1)
            optimizer.step()
            l_sum += ls.sum().detach()
            count += num_tokens
        return float(l_sum) / float(count)

    return epoch
