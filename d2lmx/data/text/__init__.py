"""Text: its tokens, vocabularies, sequences and sentence pairs."""
from .vocab import *
from .sequences import *
from .time_machine import *
from .nmt import *
from .cmn_eng import *
from .buckets import *
