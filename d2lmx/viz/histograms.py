"""Counts as bars."""
from matplotlib import pyplot as plt

from .lines import use_svg_display

__all__ = ['show_list_len_pair_hist']


def show_list_len_pair_hist(legend, xlabel, ylabel, xlist, ylist):
    """Draw how many lists of each length two lists of lists hold; returns the axes.

    legend: the names of xlist and of ylist.

    Book: 9.5 (sec_machine_translation)
    """
    use_svg_display()
    # book: draws on the current axes, so outside Jupyter on whatever was drawn before
    _, axes = plt.subplots(figsize=(3.5, 2.5))
    _, _, (_, second) = axes.hist([[len(l) for l in xlist], [len(l) for l in ylist]])
    for bar in second.patches:
        bar.set_hatch('/')
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.legend(legend)
    return axes
