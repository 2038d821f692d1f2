"""What sections train, an epoch each: the page's way, this library's, PyTorch's.

A task is made of a `Network` and its section's hyperparameters, and has

    unit, legend    what is counted ('examples', 'tokens'), and the page's way in words
    count()         how many of these an epoch has
    ours(options)   a function that trains for one epoch as this library's sections do;
                    options: of hybridize()
    page()          the same as the page does it: the section's own network, run
                    imperatively, in the page's loop, which waits where the page waits
    torch(build_port, num_threads)      the same of the section's PyTorch port
    torch_by_hand(params, net, loss, num_threads)       the same of PyTorch's page from
                    scratch, where there is one
    ways            where not all of hybridize()'s can be had: those that can
    counts_work     True where an example is as large as example_inputs has it, so that
                    its products and bytes can be counted
    shorten(num_batches)    train on so many batches at most, where epochs are long
"""
from .adversarial import Points, Sprites
from .bert import Entailment, Pretraining
from .clicks import Clicks
from .detection import Detection
from .functions import ImageFunctions, Regression
from .images import Images
from .inference import Inference
from .language import LanguageModel
from .pictures import Cifar10, HotDogs, Segmentation
from .recommending import Orders, Ratings, Rows, Sequences
from .reviews import Reviews
from .translation import Translation
from .translator import Translations
from .words import Words

# by the section's name, with its variant or without, or by a data file that it reads
FUNCTIONS = {'linear_regression_scratch': Regression,
             'weight_decay:scratch': Regression,
             'softmax_regression_scratch': ImageFunctions,
             'mlp_scratch': ImageFunctions, 'dropout:scratch': ImageFunctions}
TASKS = {**FUNCTIONS,
         'fashion_mnist_train_images': Images, 'time_machine': LanguageModel,
         'fra-eng': Translation, 'translator': Translations,
         'image_augmentation': Cifar10, 'fine_tuning': HotDogs,
         'ssd': Detection, 'fcn': Segmentation, 'bert_pretraining': Pretraining,
         'word2vec_pretraining': Words, 'aclImdb': Reviews,
         'natural_language_inference_attention': Inference,
         'natural_language_inference_bert': Entailment, 'ctr': Clicks, 'mf': Ratings,
         'autorec': Rows, 'neumf': Orders, 'seqrec': Sequences, 'gan': Points,
         'dcgan': Sprites}
