"""ResNet-18 for small pictures of section 13.1, as a PyTorch reader would write it."""
from .s13_kaggle_cifar10 import build_net
