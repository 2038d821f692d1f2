"""Fine-tuning BERT for texts and for tokens (针对序列级和词元级应用微调BERT)

Source: chapter_natural-language-processing-applications/finetuning-bert

The page describes four uses of a pretrained BERT. Here each is a block: what it takes
over, and what it has to learn anew, is one dense layer.
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = {}
MASKED = -1e12  # added to scores that must not count: in float32 nothing else is left


class Head(nn.HybridBlock):
    """A BERT's encoder, and what follows; InputError for more steps than it has."""

    def __init__(self, bert, **kwargs):
        super().__init__(**kwargs)
        self.encoder = bert.encoder

    def __call__(self, tokens, segments, valid_lens):
        d2l.check_steps(self.encoder, tokens)
        return super().__call__(tokens, segments, valid_lens)


class TextHead(Head):
    """Scores of a text, or of a pair of them, from BERT's vector of '<cls>'.

    tokens, segments (batch, steps), valid_lens (batch,) -> (batch, num_outputs). One
    output is a number, such as how alike two sentences are; more are of classes.
    """

    def __init__(self, bert, num_outputs, **kwargs):
        super().__init__(bert, **kwargs)
        self.hidden = bert.hidden
        self.output = nn.Dense(num_outputs)

    def hybrid_forward(self, F, tokens, segments, valid_lens):
        encoded_X = self.encoder(tokens, segments, valid_lens)
        return self.output(self.hidden(encoded_X[:, 0]))


class TaggingHead(Head):
    """Scores of each token's tag: (batch, steps, num_tags), by one layer for all."""

    def __init__(self, bert, num_tags, **kwargs):
        super().__init__(bert, **kwargs)
        self.output = nn.Dense(num_tags, flatten=False)

    def hybrid_forward(self, F, tokens, segments, valid_lens):
        return self.output(self.encoder(tokens, segments, valid_lens))


class AnswerHead(Head):
    """Scores of where in a passage, segment 1, an answer begins and ends.

    (batch, steps) each. A position outside of the passage, as in the question, in
    segment 0, or in padding, has a score that no softmax gives a chance.
    """

    def __init__(self, bert, **kwargs):
        super().__init__(bert, **kwargs)
        self.output = nn.Dense(2, flatten=False)

    def hybrid_forward(self, F, tokens, segments, valid_lens):
        scores = self.output(self.encoder(tokens, segments, valid_lens))
        steps = F.npx.arange_like(scores, axis=1)
        is_valid = F.npx.reshape(valid_lens, (-1, 1)).astype('float32') - steps > 0
        is_passage = segments.astype('float32') * is_valid.astype('float32')
        hiding = (1 - is_passage) * MASKED
        return scores[:, :, 0] + hiding, scores[:, :, 1] + hiding


class FourUses(Head):
    """All of them on one BERT, side by side."""

    def __init__(self, bert, num_classes, num_tags, **kwargs):
        super().__init__(bert, **kwargs)
        self.text = TextHead(bert, num_classes)
        self.pair = TextHead(bert, 1)
        self.tagging = TaggingHead(bert, num_tags)
        self.answer = AnswerHead(bert)

    def hybrid_forward(self, F, tokens, segments, valid_lens):
        heads = self.text, self.pair, self.tagging
        return [*(head(tokens, segments, valid_lens) for head in heads),
                *self.answer(tokens, segments, valid_lens)]


def build_net(vocab_size=200, num_hiddens=32, ffn_num_hiddens=48, num_heads=4,
              num_layers=2, num_classes=2, num_tags=5):
    """tokens, segments (batch, steps), valid_lens (batch,) -> scores of a text, of a
    pair, of tags, and of where an answer begins and ends."""
    bert = d2l.BERTModel(vocab_size, num_hiddens, ffn_num_hiddens, num_heads,
                         num_layers, 0.1, max_len=64)
    return FourUses(bert, num_classes, num_tags)


def example_inputs(batch_size=2, num_steps=9, vocab_size=200):
    tokens = np.random.randint(0, vocab_size, (batch_size, num_steps), dtype='int32')
    segments = np.zeros_like(tokens)
    segments[:, num_steps // 2:] = 1
    valid_lens = np.random.randint(num_steps // 2 + 1, num_steps + 1, (batch_size,),
                                   dtype='int32')
    return tokens, segments, valid_lens


def count(block) -> int:
    """How many numbers the parameters of a block are."""
    return sum(param.data().size for param in block.collect_params().values())


def run(*, vocab_size: int = 200, num_hiddens: int = 32, ffn_num_hiddens: int = 48,
        num_heads: int = 4, num_layers: int = 2, num_classes: int = 2,
        num_tags: int = 5) -> dict:
    net = build_net(vocab_size, num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                    num_classes, num_tags)
    net.initialize()
    shapes = [list(Y.shape) for Y in net(*example_inputs(vocab_size=vocab_size))]
    uses = {'single text': (net.text, shapes[0]),
            'pair of texts': (net.pair, shapes[1]), 'tagging': (net.tagging, shapes[2]),
            'question answering': (net.answer, shapes[3:])}
    return {name: {'outputs': shape, 'new parameters': count(head.output),
                   'pretrained parameters': count(head) - count(head.output)}
            for name, (head, shape) in uses.items()}


if __name__ == '__main__':
    d2l.main(run)
