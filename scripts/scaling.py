"""Throughput of 1 and 2 workers, one thread each, and a forecast for more machines:
scripts/scaling.py [SECTION] [BATCH_SIZE]; run it with the environment's Python.
"""
import sys
from pathlib import Path

from d2lmx.distributed import scaling


def main(section='resnet', batch_size='32'):
    told = scaling.measure(Path(__file__).with_name('throughput.py'),
                           ['--section', section, '--batch-size', batch_size])
    print(*scaling.table(told, int(batch_size)), '',
          'Speed-up by lines of a bandwidth:', '',
          *scaling.forecast(told['parameters'], told['alone']), sep='\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
