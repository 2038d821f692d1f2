"""Rows of numbers and categories."""
from .airfoil import *
from .clicks import *
from .house_price import *
