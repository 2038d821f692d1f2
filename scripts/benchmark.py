"""Time a section's network in every way: scripts/benchmark.py lenet [options].

The same as `d2lmx bench`; run it with the environment's Python.
"""
import sys

from d2lmx.commands import main

if __name__ == '__main__':  # each way's process imports this file
    main(['bench', *sys.argv[1:]])
