"""PyTorch's half of a comparison; torch is imported inside the functions."""
import importlib
import importlib.util
import sys
from functools import partial
from inspect import signature
from pathlib import Path

from ..errors import InputError

__all__ = ['NO_TORCH', 'UnusablePort', 'has_torch', 'find_twin', 'load_port']

NO_TORCH = ('this needs PyTorch, which is not installed: pip install torch '
            '(a CPU build will do)')


def has_torch() -> bool:
    """Whether PyTorch is installed. Ours, for 6.6"""
    return importlib.util.find_spec('torch') is not None


def find_twin(address: str):
    """``build_net`` of the PyTorch port at an address, or None where there is none.

    address: 'ch06.s06_lenet' for section 6.6, 'zoo.squeezenet1_1' for a network of the
    model zoo; '' for a reader's own file, which has none. 'ch17.s02_dcgan:generator' is
    that of a variant, where the port has several.

    Ours, for 6.6
    """
    address, _, variant = address.partition(':')
    folder, _, name = address.partition('.')
    if not (folder and Path(__file__).with_name('twins').joinpath(
            folder, f'{name}.py').is_file()):
        return None
    port = importlib.import_module(f'{__package__}.twins.{address}')
    if not hasattr(port, 'build_net'):
        raise UnusablePort(f'{port.__file__} has no build_net(), which must return a '
                           'torch.nn.Module')
    if variant and 'variant' in signature(port.build_net).parameters:
        return partial(port.build_net, variant)
    return port.build_net


class UnusablePort(InputError):
    """What was named as ``file.py:factory`` gives no PyTorch module.

    Ours, for 6.6
    """


def load_port(spec: str):
    """The factory of a reader's own port, from ``'path/to/file.py:factory'``.

    It is called once, to see that it returns a torch.nn.Module. UnusablePort says what
    is wrong: the form, the file, an error in it, the factory, or what that returns.

    Ours, for 6.6
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
