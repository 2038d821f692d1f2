"""The networks that the commands export, show and compare."""
import sys
from dataclasses import dataclass

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

    @property
    def title(self) -> str:
        """Name, and number in brackets."""
        return f'{self.name} ({self.number})' if self.number else self.name


def section_network(section):
    """The network of a section, or None where it has none."""
    module = sections.load(section)
    if not hasattr(module, 'build_net'):
        return None
    values = {name: default
              for name, (_, default) in hyperparameters(module.run).items()}
    return Network(section.name, section.number, module.build_net,
                   module.example_inputs, values.get('lr', DEFAULT_LR),
                   values.get('batch_size', DEFAULT_BATCH_SIZE))


def find_network(token: str, with_zoo: bool = False):
    """The network of a section (number, name or file), or one of the model zoo by name.

    UnknownSection where there is neither; ValueError for a section without a network.
    """
    if with_zoo and token in zoo.NETWORKS:
        return Network(token, '', zoo.NETWORKS[token], zoo.example_inputs, DEFAULT_LR,
                       DEFAULT_BATCH_SIZE)
    network = section_network(sections.find(token))
    if network is None:
        raise ValueError(f'section {token} has no network')
    return network


def complain(error, status: int) -> int:
    """One line on standard error; returns the status, for a command to return."""
    print(f'd2lmx: {error}', file=sys.stderr)
    return status
