"""The translator's Transformer, section 20.1, of the blocks of section 10.7's port."""
from ....data.text.nmt import NMT_SRC_SIZE, NMT_TGT_SIZE
from ..ch10.s07_transformer import Transformer, TransformerDecoder, TransformerEncoder


def build_net(src_vocab_size=NMT_SRC_SIZE, tgt_vocab_size=NMT_TGT_SIZE):
    """X (batch, steps), dec_X (batch, steps), valid_lens (batch,) -> scores, state."""
    options = 128, 512, 4, 2, 0.1
    return Transformer(TransformerEncoder(src_vocab_size, *options),
                       TransformerDecoder(tgt_vocab_size, *options))
