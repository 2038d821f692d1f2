"""Rows of numbers and categories."""
from .airfoil import *
from .clicks import *
from .feedback import *
from .house_price import *
from .movielens import *
