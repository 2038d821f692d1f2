"""What sections train, an epoch each: the page's way, this library's, PyTorch's.

A task is made of a `Network` and its section's hyperparameters, and has

    unit, legend    what is counted ('examples', 'tokens'), and the page's way in words
    count()         how many of these an epoch has
    ours(options)   a function that trains for one epoch as this library's sections do;
                    options: of hybridize()
    page()          the same as the page does it: the section's own network, run
                    imperatively, in the page's loop, which waits where the page waits
    torch(build_port, num_threads)      the same of the section's PyTorch port
"""
from .adversarial import Points, Sprites
from .bert import Entailment, Pretraining
from .detection import Detection
from .images import Images
from .inference import Inference
from .language import LanguageModel
from .pictures import Cifar10, HotDogs, Segmentation
from .reviews import Reviews
from .translation import Translation
from .words import Words

# by a data file that a section reads, or by the section's name
TASKS = {'fashion_mnist_train_images': Images, 'time_machine': LanguageModel,
         'fra-eng': Translation, 'image_augmentation': Cifar10, 'fine_tuning': HotDogs,
         'ssd': Detection, 'fcn': Segmentation, 'bert_pretraining': Pretraining,
         'word2vec_pretraining': Words, 'aclImdb': Reviews,
         'natural_language_inference_attention': Inference,
         'natural_language_inference_bert': Entailment, 'gan': Points, 'dcgan': Sprites}
