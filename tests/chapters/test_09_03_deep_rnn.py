from mxnet import init


def test_second_layer_reads_the_hidden_states_of_the_first(section):
    page = section('9.3')
    net = page.build_net()
    net.initialize(init.Xavier())
    Y, state = net(*page.example_inputs(3))
    assert Y.shape == (35 * 3, 28) and [S.shape for S in state] == [(2, 3, 256)] * 2
    assert net.rnn.l0_i2h_weight.shape == (4 * 256, 28)
    assert net.rnn.l1_i2h_weight.shape == (4 * 256, 256)


def test_toy_training_falls(section):
    result = section('9.3').run(num_epochs=10, num_hiddens=32)
    curve = [ppl for _, ppl in result['series']['perplexity']]
    assert curve[-1] < 17.5 < curve[0] < 28
