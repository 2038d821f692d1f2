"""The networks that the commands export, show and compare."""
import typing
from dataclasses import dataclass
from functools import partial
from inspect import signature
from typing import Optional

from ..errors import InputError
from ..models import gluoncv_zoo
from ..models.pretrained import NETWORKS
from ..models.zoo import example_inputs
from . import sections
from .options import hyperparameters

GLUONCV = 'gluoncv:'
DEFAULT_LR, DEFAULT_BATCH_SIZE = 0.1, 256  # of sections whose run trains nothing


@dataclass(frozen=True)
class Network:
    """A network that has, or may have, a PyTorch port."""

    name: str            # 'lenet'
    section: Optional[sections.Section]  # None for one of Gluon's model zoo
    build_net: object
    example_inputs: object
    lr: float
    batch_size: int      # the section trains with
    variant: str = ''    # where the section has several
    token: str = ''      # of a network of gluoncv: 'gluoncv:NAME', with its FILE

    @property
    def number(self) -> str:
        """Of its section; '' for the model zoo and for a reader's own file."""
        return self.section.number if self.section else ''

    @property
    def title(self) -> str:
        """Name, number in brackets, and variant."""
        number = f' ({self.number})' if self.number else ''
        return f'{self.name}{number}' + (f', {self.variant}' if self.variant else '')

    @property
    def label(self) -> str:
        """For the names of files, as unique as its section: '07.05_batch_norm_scratch'.
        """
        name = self.section.slug if self.section else self.name
        return f'{name}_{self.variant}' if self.variant else name

    @property
    def twin(self) -> str:
        """Address of its PyTorch port, if it has one, for `find_twin`."""
        if not self.section:
            return '' if self.token else f'zoo.{self.name}'
        is_usual = self.variant == self.usual().variant
        return self.section.twin + ('' if is_usual else f':{self.variant}')

    @property
    def address(self) -> str:
        """What `find_network` finds it by, in another process too."""
        token = str(self.section.path) if self.section else self.token or self.name
        return f'{token}:{self.variant}' if self.variant else token

    def usual(self):
        """The network in its section's usual variant, which is the port's."""
        return find_network(str(self.section.path)) if self.section else self

    def as_printed(self):
        """The network of the page's own functions, where this one's are tuned."""
        return (find_network(f'{self.section.path}:scratch') if self.variant == 'tuned'
                else self)


def section_network(section, variant: str = ''):
    """The network of a section, or None where it has none.

    variant: one of those that the section's run offers, or its build_net by a Literal,
    else ValueError; '' is the default of its build_net.
    """
    module = sections.load(section)
    if not hasattr(module, 'build_net'):
        return None
    if not hasattr(module, 'example_inputs'):
        raise InputError(f'section {section.number or section.name} has build_net but '
                         'not example_inputs(batch_size=2), a tuple of its inputs')
    options = hyperparameters(module.run) if hasattr(module, 'run') else {}
    values = {name: default for name, (_, default) in options.items()}
    build_net, example_inputs = module.build_net, module.example_inputs
    choice = signature(build_net).parameters.get('variant')
    # of a page's two networks, which are trained at once, build_net alone can choose
    kinds = typing.get_args(options.get('variant', [choice.annotation])[0]
                            ) if choice else ()
    if variant and variant not in kinds:
        raise InputError(f'{section.name} has the variants {kinds or "none"}, '
                         f'got {variant!r}')
    if choice:
        variant = variant or choice.default
        build_net = partial(build_net, variant)
        if 'variant' in signature(example_inputs).parameters:
            example_inputs = partial(example_inputs, variant=variant)
    return Network(section.name, section, build_net, example_inputs,
                   values.get('lr', DEFAULT_LR),
                   values.get('batch_size', DEFAULT_BATCH_SIZE), variant)


def find_network(token: str, with_zoo: bool = False):
    """The network of a section (number, name or file), or one of the model zoo by name.

    ``SECTION:VARIANT`` is another variant than the default of the section's build_net,
    ``gluoncv:NAME`` a network of gluoncv, ``gluoncv:NAME:FILE`` one with the classes of
    a parameter file.
    UnknownSection where there is no such section; ValueError for one without a network,
    or variant.
    """
    if with_zoo and token in NETWORKS:
        return Network(token, None, NETWORKS[token], example_inputs, DEFAULT_LR,
                       DEFAULT_BATCH_SIZE)
    if token.startswith(GLUONCV):
        name, build_net, inputs = gluoncv_zoo.find(token[len(GLUONCV):])
        return Network(name, None, build_net, inputs, DEFAULT_LR, DEFAULT_BATCH_SIZE,
                       token=token)
    section, _, variant = token.partition(':')
    network = section_network(sections.find(section), variant)
    if network is None:
        raise InputError(f'section {token} has no network')
    return network


def with_params(token: str, params) -> str:
    """A network's name, of gluoncv's with the parameter file that tells its classes."""
    return f'{token}:{params}' if params and token.startswith(GLUONCV) else token


def networks() -> list:
    """The usual network of each section that has one, in the order of the book."""
    return list(filter(None, map(section_network, sections.sections())))
