"""BERT: bidirectional encoders from Transformers (来自Transformers的双向编码器表示)

Source: chapter_natural-language-processing-pretraining/bert
"""
from mxnet import gluon, np

import d2lmx as d2l

SMOKE = dict(vocab_size=100, num_hiddens=16, ffn_num_hiddens=24)
VOCAB_SIZE = 1000  # of build_net


def build_net():
    """A BERT smaller than the page's. tokens, segments (batch, steps), valid_lens
    (batch,), pred_positions (batch, preds) -> encoded tokens, scores of the words
    there, and of the next sentence."""
    return d2l.BERTModel(VOCAB_SIZE, 64, 96, 4, 2, 0.2)


def example_inputs(batch_size=2, num_steps=8):
    tokens, segments, pred_positions = (
        np.random.randint(0, high, (batch_size, length), dtype='int32')
        for high, length in [(VOCAB_SIZE, num_steps), (2, num_steps), (num_steps, 3)])
    valid_lens = np.random.randint(1, num_steps + 1, (batch_size,), dtype='int32')
    return tokens, segments, valid_lens, pred_positions


def sequences():
    """Tokens and segments of one sentence, and of a pair of them."""
    words = 'this movie is great'.split()
    return {'one': d2l.get_tokens_and_segments(words),
            'a pair': d2l.get_tokens_and_segments(words, 'i like it'.split())}


def run(*, vocab_size: int = 10000, num_hiddens: int = 768, ffn_num_hiddens: int = 1024,
        num_heads: int = 4, num_layers: int = 2, dropout: float = 0.2) -> dict:
    encoder = d2l.BERTEncoder(vocab_size, num_hiddens, ffn_num_hiddens, num_heads,
                              num_layers, dropout)
    encoder.initialize()
    tokens = np.random.randint(0, vocab_size, (2, 8))
    segments = np.array([[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1, 1]])
    encoded_X = encoder(tokens, segments, None)

    mlm = d2l.MaskLM(vocab_size, num_hiddens)
    mlm.initialize()
    mlm_positions = np.array([[1, 5, 2], [6, 1, 5]])
    mlm_Y_hat = mlm(encoded_X, mlm_positions)
    mlm_Y = np.array([[7, 8, 9], [10, 20, 30]])
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    mlm_l = loss(mlm_Y_hat.reshape((-1, vocab_size)), mlm_Y.reshape(-1))

    nsp = d2l.NextSentencePred()
    nsp.initialize()
    nsp_Y_hat = nsp(encoded_X)  # of all steps' numbers in a row, as on the page
    nsp_l = loss(nsp_Y_hat, np.array([0, 1]))
    return {'sequences': sequences(),
            'shapes': {name: list(array.shape) for name, array in [
                ('encoded', encoded_X), ('masked words', mlm_Y_hat),
                ('their losses', mlm_l), ('next sentence', nsp_Y_hat),
                ('its losses', nsp_l)]}}


if __name__ == '__main__':
    d2l.main(run)
