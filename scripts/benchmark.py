"""Time a section's training in every way: scripts/benchmark.py lenet [options].

The same as `d2lmx bench`; run it with the environment's Python.
"""
import sys

from d2lmx.cli import main

main(['bench', *sys.argv[1:]])
