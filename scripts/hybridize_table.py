"""How much faster networks predict when hybridized: a table, a row a section.

    python scripts/hybridize_table.py lenet nin googlenet resnet densenet
"""
import argparse

from d2lmx.compat import threads
from d2lmx.networks import find_network
from d2lmx.runtime.workers import median_seconds

WAYS = {'imperative': dict(active=False), 'hybridized': dict(active=True),
        'static': dict(active=True, static_alloc=True, static_shape=True)}


def forwards(token, options, batch_size, repeat):
    """{'forward': function}, which predicts on one batch as often as asked."""
    network = find_network(token)
    net, inputs = network.build_net(), network.example_inputs(batch_size=batch_size)
    net.initialize()
    net.hybridize(**options)

    def forward():
        for _ in range(repeat):
            net(*inputs)

    return {'forward': forward}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('sections', nargs='+', help='number or name of a section')
    parser.add_argument('--batch-size', type=int, default=1)
    parser.add_argument('--repeat', type=int, default=20, help='forwards a round')
    parser.add_argument('--rounds', type=int, default=7)
    args = parser.parse_args()
    print(f'milliseconds of a forward, medians of {args.rounds} rounds, batch of '
          f'{args.batch_size}, {threads()[0]} threads')
    print(f'{"":20}' + ''.join(f'{way:>12}' for way in WAYS) + f'{"times":>8}')
    for token in args.sections:
        makers = {way: (forwards, token, options, args.batch_size, args.repeat)
                  for way, options in WAYS.items()}
        seconds = median_seconds(makers, ['forward'], args.rounds)
        times = [seconds[way, 'forward'] / args.repeat * 1e3 for way in WAYS]
        print(f'{token:20}' + ''.join(f'{ms:12.3f}' for ms in times)
              + f'{times[0] / times[2]:8.2f}', flush=True)


if __name__ == '__main__':
    main()
