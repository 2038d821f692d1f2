"""Twins are found by their address, a section's or the model zoo's."""
import pytest

from d2lmx.pages import sections
from d2lmx.parity.torch_side import find_twin

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')


@pytest.mark.parametrize('address', ['ch06.s06_lenet', 'zoo.squeezenet1_1'])
def test_a_twin_is_found_by_its_address(address):
    assert isinstance(find_twin(address)(), torch.nn.Module)


@pytest.mark.parametrize('address', [
    '', 'lenet', 'ch07.lenet', 'zoo.lenet', 'ch06.pooling', 'ch06.', '.lenet',
    'ch99.lenet'])
def test_elsewhere_there_is_none(address):
    assert find_twin(address) is None


def test_a_section_names_the_address_of_its_chapter():
    assert sections.find('6.6').twin == 'ch06.s06_lenet'
    assert sections.find('20.1').twin == 'ch20.s01_translator'
