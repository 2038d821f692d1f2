import numpy as onp
from mxnet import init, np


def test_scores_depend_on_later_tokens_which_is_why_it_is_no_language_model(section):
    page = section('9.4')
    net = page.build_net(num_hiddens=8)
    net.initialize(init.Xavier())
    X = np.array([[1, 2, 3, 4]], dtype='int32')
    changed = np.array([[1, 2, 3, 9]], dtype='int32')
    state = net.begin_state(batch_size=1)
    assert [S.shape for S in state] == [(4, 1, 8)] * 2
    first, second = (net(tokens, state)[0].asnumpy()[0] for tokens in (X, changed))
    assert abs(first - second).max() > 1e-4  # of the first step


def test_outputs_of_both_directions_are_scored_together(section):
    page = section('9.4')
    net = page.build_net()
    net.initialize(init.Xavier())
    Y, _ = net(*page.example_inputs(2))
    assert Y.shape == (35 * 2, 28) and net.dense.weight.shape == (28, 2 * 256)
    assert onp.isfinite(Y.asnumpy()).all()


def test_toy_training_falls(section):
    result = section('9.4').run(num_epochs=8, num_hiddens=32)
    curve = [ppl for _, ppl in result['series']['perplexity']]
    assert curve[-1] < 17.5 < curve[0] < 28
