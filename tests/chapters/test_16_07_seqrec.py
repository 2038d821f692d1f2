"""Caser: windows of what was taken, and all items scored by one look at them."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l


def windows(users, items, L):
    """As the page: each user's windows of L items and the next, the last one first."""
    found = []
    for user in sorted(set(users)):
        own = [item for u, item in zip(users, items) if u == user]
        own = [own[0]] * (L + 1 - len(own)) + own  # ours, for short histories
        for end in range(len(own), L, -1):
            found.append((user, own[end - L - 1:end - 1], own[end - 1]))
    return found


def test_windows_are_the_pages(section):
    users = [2, 0, 2, 2, 0, 2, 1, 2, 0]
    items = [5, 1, 6, 7, 2, 8, 3, 9, 4]
    data = section('16.7').SeqDataset(users, items, 3, 4, 12, {2: [5]})
    wanted = windows(users, items, 3)
    assert len(data) == len(wanted) == 4
    assert data.seq_users.tolist() == [user for user, _, _ in wanted] == [0, 1, 2, 2]
    assert data.seq_items.tolist() == [seq for _, seq, _ in wanted]
    assert data.seq_tgt.tolist() == [[target] for _, _, target in wanted]
    assert data.test_seq.tolist() == [[1, 2, 4], [3, 3, 3], [7, 8, 9], [0, 0, 0]]
    user, seq, target, negative = data[2]
    assert (user, seq.tolist(), target.tolist()) == (2, [6, 7, 8], [9])
    assert negative != 5


@pytest.mark.data
def test_the_first_example_is_the_pages(section, real_data):
    data, *counts = d2l.read_data_ml100k()
    train, _ = d2l.split_data_ml100k(data, *counts, 'seq-aware')
    users, items, _, taken = d2l.load_data_ml100k(train, *counts, 'implicit')
    data = section('16.7').SeqDataset(users, items, 5, *counts, taken)
    user, seq, target, _ = data[0]
    assert (user, seq.tolist(), target.tolist()) == (0, [241, 170, 110, 255, 4], [101])


@pytest.fixture
def net(section):
    """A small network."""
    d2l.set_seed(0)
    net = section('16.7').Caser(3, 4, 6, L=3, d=2, d_prime=2)
    net.initialize(init.Normal(.5), ctx=[mx.cpu(0), mx.cpu(1)])
    return net


def test_all_items_at_once_equal_one_at_a_time(net):
    users = np.array([3, 0], dtype='int32')
    seq = np.array([[5, 1, 1], [0, 4, 2]], dtype='int32')
    for hybridize in (False, True):
        net.hybridize(hybridize)
        for device in (mx.cpu(0), mx.cpu(1)):
            found = net.score_all(users.as_in_ctx(device), seq.as_in_ctx(device))
            for item in range(6):
                one = net(users, seq, np.array([[item]] * 2, dtype='int32'))
                onp.testing.assert_allclose(found[:, item].asnumpy(), one.asnumpy(),
                                            rtol=1e-5, atol=1e-6)


def test_convolutions_are_sums_over_windows(net):
    seq = onp.array([[5, 1, 2]])
    E = net.Q.weight.data(mx.cpu(0)).asnumpy()[seq[0]]          # (L, factors)
    vertical = net.conv_v.weight.data(mx.cpu(0)).asnumpy()[:, 0, :, 0] @ E
    horizontal = []
    for conv in net.conv_h:
        K = conv.weight.data(mx.cpu(0)).asnumpy()[:, 0]         # (d, h, factors)
        h = K.shape[1]
        sums = [(K * E[i:i + h]).sum((1, 2)) for i in range(4 - h)]
        horizontal.append(onp.maximum(sums, 0).max(axis=0))
    features = onp.concatenate([vertical.ravel(), *horizontal])  # biases begin as 0
    z = onp.maximum(net.fc.weight.data(mx.cpu(0)).asnumpy() @ features, 0)
    x = net.represent(mx.nd, np.array([2], dtype='int32'), np.array(seq, dtype='int32'))
    onp.testing.assert_allclose(x[0, :3].asnumpy(), z, rtol=1e-5, atol=1e-6)


def test_what_may_follow_depends_on_the_last_films(section, smoke_run):
    folder = smoke_run('16.7').folder / 'model'
    films, = section('16.7').predict(folder, '12', top=4)
    assert films['user'] == 12 and len(films['films']) == 4
    about = d2l.load_model(folder, 'recent').about
    data, *_ = d2l.read_data_ml100k()
    own = data[data.user_id == 12].sort_values('timestamp', kind='stable')
    assert about['recent'][11] == (own.item_id[-5:] - 1).tolist()
