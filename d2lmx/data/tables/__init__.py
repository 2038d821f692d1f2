"""Rows of numbers and categories."""
from .airfoil import *
from .house_price import *
