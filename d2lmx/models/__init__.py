"""Whole networks, and the large blocks of networks, that the book saves."""
from .bahdanau import *
from .bert import *
from .classic import *
from .clicks import *
from .decoding import *
from .pretrained import *
from .rcnn import *
from .rcnn_features import *
from .rcnn_loss import *
from .residual import *
from .recurrent import *
from .seq2seq import *
from .ssd import *
from .tiny_ssd import *
from .transformer import *
from .word2vec import *
