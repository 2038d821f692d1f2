"""The networks that the commands export, show and compare."""
import sys
import typing
from dataclasses import dataclass
from functools import partial
from inspect import signature

from . import sections
from .models import zoo
from .options import hyperparameters

DEFAULT_LR, DEFAULT_BATCH_SIZE = 0.1, 256  # of sections whose run trains nothing


@dataclass(frozen=True)
class Network:
    """A network that has, or may have, a PyTorch port."""

    name: str
    number: str          # of its section; '' for one of Gluon's model zoo
    build_net: object
    example_inputs: object
    lr: float
    batch_size: int      # the section trains with
    variant: str = ''    # where the section has several

    @property
    def title(self) -> str:
        """Name, number in brackets, and variant."""
        number = f' ({self.number})' if self.number else ''
        return f'{self.name}{number}' + (f', {self.variant}' if self.variant else '')

    @property
    def label(self) -> str:
        """For the names of files: 'batch_norm_concise'."""
        return f'{self.name}_{self.variant}' if self.variant else self.name


def section_network(section, variant: str = ''):
    """The network of a section, or None where it has none.

    variant: one of those that the section's run offers, else ValueError; '' is the
    default of its build_net.
    """
    module = sections.load(section)
    if not hasattr(module, 'build_net'):
        return None
    options = hyperparameters(module.run)
    values = {name: default for name, (_, default) in options.items()}
    build_net, example_inputs = module.build_net, module.example_inputs
    choice = signature(build_net).parameters.get('variant')
    kinds = typing.get_args(options['variant'][0]) if choice else ()
    if variant and variant not in kinds:
        raise ValueError(f'{section.name} has the variants {kinds or "none"}, '
                         f'got {variant!r}')
    if choice:
        variant = variant or choice.default
        build_net = partial(build_net, variant)
        if 'variant' in signature(example_inputs).parameters:
            example_inputs = partial(example_inputs, variant=variant)
    return Network(section.name, section.number, build_net, example_inputs,
                   values.get('lr', DEFAULT_LR),
                   values.get('batch_size', DEFAULT_BATCH_SIZE), variant)


def find_network(token: str, with_zoo: bool = False):
    """The network of a section (number, name or file), or one of the model zoo by name.

    ``SECTION:VARIANT`` is another variant than the default of the section's build_net.
    UnknownSection where there is no such section; ValueError for one without a network,
    or variant.
    """
    if with_zoo and token in zoo.NETWORKS:
        return Network(token, '', zoo.NETWORKS[token], zoo.example_inputs, DEFAULT_LR,
                       DEFAULT_BATCH_SIZE)
    section, _, variant = token.partition(':')
    network = section_network(sections.find(section), variant)
    if network is None:
        raise ValueError(f'section {token} has no network')
    return network


def complain(error, status: int) -> int:
    """One line on standard error; returns the status, for a command to return."""
    print(f'd2lmx: {error}', file=sys.stderr)
    return status
