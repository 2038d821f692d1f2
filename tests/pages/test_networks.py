"""Networks of sections and of the model zoo: names, variants, addresses."""
import pytest

from d2lmx.errors import InputError
from d2lmx.pages.networks import find_network, networks


@pytest.mark.parametrize('token,title,label', [
    ('9.2', 'lstm (9.2), concise', '09.02_lstm_concise'),
    ('9.2:scratch', 'lstm (9.2), scratch', '09.02_lstm_scratch'),
    ('7.5', 'batch_norm (7.5), tuned', '07.05_batch_norm_tuned'),
    ('8.6', 'rnn_concise (8.6)', '08.06_rnn_concise')])
def test_title_and_label_tell_which_variant_it_is(token, title, label):
    network = find_network(token)
    assert (network.title, network.label) == (title, label)
    names = network.build_net().collect_params()
    assert any('lstm' in name for name in names) == (token == '9.2')


@pytest.mark.parametrize('token,reason', [
    ('batch_norm:fast', 'has the variants'), ('lenet:fast', 'none'),
    ('ndarray', 'has no network')])
def test_what_there_is_not_is_refused(token, reason):
    with pytest.raises(InputError, match=reason):
        find_network(token)


def test_an_address_finds_the_network_again_and_usual_its_usual_variant():
    scratch = find_network('9.2:scratch')
    again = find_network(scratch.address)
    assert (again.title, again.section) == (scratch.title, scratch.section)
    assert scratch.usual().title == 'lstm (9.2), concise'
    zoo = find_network('squeezenet1_1', with_zoo=True)
    assert zoo.usual() is zoo and zoo.twin == 'zoo.squeezenet1_1'
    assert (zoo.number, zoo.title, zoo.label) == ('', 'squeezenet1_1', 'squeezenet1_1')


def test_labels_of_all_networks_are_unique():
    labels = [network.label for network in networks()]
    assert len(labels) > 30 and len(set(labels)) == len(labels)
