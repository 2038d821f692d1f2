"""A search as a picture: what each trial gave, and what it was tried with."""
from matplotlib import pyplot as plt
from matplotlib.ticker import LogFormatter, MaxNLocator

from .finish import finish

SIZE = 3.2, 2.7         # inches, of the axes of one option
FEW_POWERS = 1.5, .5    # of ten, up to which some, or all, between have numbers


def draw_trials(rows, metric: str, goal: str, scales: dict):
    """A metric over trials, with the best so far, and over each option; the figure.

    rows: as of a search's record, of which one at least has a value. goal: 'minimize'
    or 'maximize'. scales: {option: 'linear', 'log', or its choices}.
    """
    count = 1 + len(scales)
    figure, axes = plt.subplots(1, count, squeeze=False, sharey=True,
                                figsize=(SIZE[0] * count, SIZE[1]),
                                layout='constrained')
    first, *others = axes[0]
    better = min if goal == 'minimize' else max
    done = [row for row in rows if row['value'] is not None]
    draw_course(first, rows, done, better)
    first.set_ylabel(metric)
    best = better(done, key=lambda row: row['value'])
    for ax, (name, scale) in zip(others, scales.items()):
        for some, mark in ((done, 'o'), ([best], 'm*')):
            over = [row['values'][name] for row in some]
            ax.plot(over if isinstance(scale, str) else list(map(scale.index, over)),
                    [row['value'] for row in some], mark,
                    markersize=12 if mark == 'm*' else None)
        ax.set_xlabel(name)
        set_scale(ax, scale, isinstance(best['values'][name], int))
    for ax in axes[0]:
        ax.grid(True)
    finish(figure)
    return figure


def draw_course(ax, rows, done, better) -> None:
    """Each trial's value, the best so far, and which trials failed."""
    numbers, values = [row['trial'] for row in done], [row['value'] for row in done]
    ax.plot(numbers, values, 'o', label='a trial')
    ax.plot(numbers, [better(values[:i + 1]) for i in range(len(values))], 'm--',
            drawstyle='steps-post', label='the best so far')
    failed = [row['trial'] for row in rows if row['value'] is None]
    if failed:
        ax.plot(failed, [0.03] * len(failed), 'kx', label='failed',
                transform=ax.get_xaxis_transform())
    ax.set_xlabel('trial')
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend()


def set_scale(ax, scale, whole: bool) -> None:
    """The axis of an option: whole numbers alone, powers of ten, or choices."""
    if not isinstance(scale, str):
        ax.set_xticks(range(len(scale)), list(map(str, scale)))
        ax.margins(x=.2)
    elif scale == 'log':
        ax.set_xscale('log')
        ax.xaxis.set_minor_formatter(LogFormatter(minor_thresholds=FEW_POWERS))
    elif whole:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
