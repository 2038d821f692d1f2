"""Every name of ``d2l``: the public names of all rooms, flat."""
import inspect

from . import hooks

if hooks.is_first_edition():
    raise ImportError("d2lzh has been imported here, and these are the second edition's"
                      ' names: ' + hooks.ONE_EDITION.format('d2lmx'), name='d2lmx')

hooks.import_mxnet()

from .book import *
from .book.ch14 import _get_batch_loss_bert
from .commands.run import *
from .companions.advertising import *
from .companions.autoencoders import *
from .companions.belief import *
from .companions.boltzmann import *
from .companions.cells import *
from .companions.chains import *
from .companions.claims import *
from .companions.classics import *
from .companions.classifying import *
from .companions.committees import *
from .companions.counting import *
from .companions.ctc import *
from .companions.debiasing import *
from .companions.deep_boltzmann import *
from .companions.denoising import *
from .companions.detecting import *
from .companions.digits import *
from .companions.discrepancy import *
from .companions.distilling import *
from .companions.factor_graphs import *
from .companions.factors import *
from .companions.garments import *
from .companions.generating import *
from .companions.gradient_check import *
from .companions.hmm import *
from .companions.judging import *
from .companions.logistic import *
from .companions.maps import *
from .companions.masking import *
from .companions.memory import *
from .companions.misleading import *
from .companions.mixtures import *
from .companions.ngrams import *
from .companions.optimizers import *
from .companions.perturbing import *
from .companions.plane import *
from .companions.pruning import *
from .companions.regions import *
from .companions.regularizing import *
from .companions.representing import *
from .companions.searching import *
from .companions.seeing import *
from .companions.separation import *
from .companions.slopes import *
from .companions.sound import *
from .companions.sparse_coding import *
from .companions.symbolic import *
from .companions.tagging import *
from .companions.translator import *
from .companions.trees import *
from .companions.verifying import *
from .companions.waves import *
from .companions.word_tree import *
from .data import *
from .data.text.wiki import (_get_mlm_data_from_tokens, _get_next_sentence,
                             _get_nsp_data_from_paragraph, _pad_bert_inputs,
                             _read_wiki, _replace_mlm_tokens, _WikiTextDataset)
from .diagnosis.examining import *
from .errors import *
from .export import *
from .layers import *
from .metrics import *
from .models import *
from .optim import *
from .parity.report import *
from .runtime import *
from .testing import *
from .train import *
from .vision import *
from .viz import *

# without the modules that stand in the rooms; but pyplot is a name of the book's
PUBLIC = {name: value for name, value in globals().items()
          if name in ('plt', *hooks.UNDERSCORED) or not (
              name.startswith('_') or inspect.ismodule(value))}
