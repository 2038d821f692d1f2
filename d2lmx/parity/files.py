"""PyTorch's weights as files, read without trusting them: .pt, .safetensors, .npz."""
import importlib.util
from pathlib import Path

import numpy as onp

from ..errors import InputError, MissingFile, MissingPackage
from ..files.npz import read_npz
from ..files.whole import whole_file

__all__ = ['read_weights', 'write_weights', 'PORT_SUFFIXES']

PORT_SUFFIXES = ('.pt', '.pth', '.safetensors', '.npz')


def read_weights(path) -> dict:
    """{name: float32 NumPy array, or an integer one} of a weights file.

    A .pt file is read with PyTorch's restricted reader: tensors only, no code is run.
    FileNotFoundError where there is none, ValueError where it is damaged, of another
    format, or holds anything but named arrays of numbers.

    Ours, for 5.5
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFile(f'there is no weights file {path}')
    reader = {'.pt': read_pt, '.pth': read_pt, '.safetensors': read_safetensors,
              '.npz': read_npz}.get(path.suffix)
    if reader is None:
        raise InputError(f'{path} must end in one of {", ".join(PORT_SUFFIXES)}')
    return {name: as_weights(name, value, path) for name, value in reader(path).items()}


def as_weights(name, value, path):
    """A NumPy array of float32, or of integers as they are."""
    if not isinstance(name, str) or not isinstance(value, onp.ndarray) or (
            value.dtype.kind not in 'fiu'):
        kind = ', '.join([type(value).__name__] + [
            str(getattr(value, word)) for word in ('dtype', 'layout', 'device')
            if hasattr(value, word)])
        raise InputError(f'{path} must map names to arrays of numbers, but {name!r} is '
                         f'{kind}: save net.state_dict()')
    return value.astype('float32') if value.dtype.kind == 'f' else value


def read_pt(path) -> dict:
    """The content of a .pt file, as NumPy arrays; ValueError if it is no state_dict."""
    import pickle

    import torch
    try:
        content = torch.load(path, map_location='cpu', weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            f'{path} was refused: it holds more than tensors, and reading such a file '
            'may run code; where you trust its origin, load it in PyTorch yourself and '
            'write torch.save(net.state_dict(), file)') from error
    except (RuntimeError, EOFError, OSError, KeyError, ValueError) as error:
        raise InputError(f'{path} is no file of torch.save, or it is damaged'
                         ) from error
    if not isinstance(content, dict):
        raise InputError(f'{path} must hold a state_dict, got '
                         f'{type(content).__name__}: save net.state_dict()')
    return {name: to_numpy(value) for name, value in content.items()}


def to_numpy(value):
    """A plain tensor as an array, half precision as float32; else the value as it is.
    """
    import torch
    if not isinstance(value, torch.Tensor) or (
            value.layout != torch.strided or value.is_quantized or value.is_meta):
        return value
    value = value.detach()
    return (value.float() if value.is_floating_point() else value).numpy()


def read_safetensors(path) -> dict:
    """The tensors of a .safetensors file as NumPy arrays."""
    need_safetensors()
    from safetensors import SafetensorError
    from safetensors.torch import load_file
    try:
        return {name: to_numpy(value) for name, value in load_file(path).items()}
    except SafetensorError as error:
        raise InputError(f'{path} is no safetensors file, or it is damaged') from error


def need_safetensors() -> None:
    """ImportError that says how to install the package, where it is missing."""
    if importlib.util.find_spec('safetensors') is None:
        raise MissingPackage('.safetensors files need a package: pip install '
                             'safetensors (or use .pt or .npz)')


def write_weights(weights: dict, path) -> None:
    """Write {name: NumPy array} to a file of the format that its suffix names.

    The file appears whole or not at all.

    Ours, for 5.5
    """
    path = Path(path)
    if path.suffix not in PORT_SUFFIXES:
        raise InputError(f'{path} must end in one of {", ".join(PORT_SUFFIXES)}')
    if path.suffix == '.safetensors':
        need_safetensors()
    with whole_file(path) as part:
        if path.suffix == '.npz':
            onp.savez(part, **weights)
            return
        import torch
        tensors = {name: torch.tensor(value) for name, value in weights.items()}
        if path.suffix == '.safetensors':
            from safetensors.torch import save_file
            save_file(tensors, part)
        else:
            torch.save(tensors, part)

