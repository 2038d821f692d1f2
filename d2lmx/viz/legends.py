"""Legends that leave curves in sight."""
from matplotlib.transforms import Bbox

GAP = 0.05  # between axes and a legend beside them, in widths of the axes


def clear(fig) -> None:
    """Move each legend of a figure that covers a curve or points beside its axes.

    The figure grows by as much, to the right; its axes keep their size. matplotlib has
    looked for a free place within the axes before. A legend that has other axes to its
    right stays.
    """
    if not any(axes.get_legend() for axes in fig.axes):
        return
    fig.draw_without_rendering()  # for all to be in its place
    right = max(axes.get_position().x1 for axes in fig.axes)
    for axes in fig.axes:
        legend = axes.get_legend()
        if legend and axes.get_position().x1 == right and covers(legend, axes):
            set_beside(legend, axes)


def covers(legend, axes) -> bool:
    """Whether something that is drawn in the axes lies below the legend."""
    box = legend.get_window_extent()
    return (any(crosses(line, box) for line in axes.lines)
            or any(box.overlaps(patch.get_window_extent()) for patch in axes.patches)
            or any(box.count_contains(places_of(points)) for points in
                   axes.collections))


def crosses(line, box: Bbox) -> bool:
    """Whether a curve, or one of its points where it is only these, is in the box."""
    path = line.get_transform().transform_path(line.get_path())
    if line.get_linestyle() in ('None', '', ' '):
        return bool(box.count_contains(path.vertices))
    return bool(path.intersects_bbox(box, filled=False))


def places_of(points):
    """Where the points of a scatter plot are, in pixels: (n, 2)."""
    return points.get_offset_transform().transform(points.get_offsets())


def set_beside(legend, axes) -> None:
    """Put a legend to the right of its axes, in a figure that grows by its width."""
    fig, width = axes.figure, legend.get_window_extent().width
    share = width / axes.get_window_extent().width
    legend.set_bbox_to_anchor((1 + GAP, 0, share, 1), axes.transAxes)
    old = fig.get_figwidth()
    new = old + width / fig.dpi
    fig.set_figwidth(new)
    if fig.get_layout_engine() is None:
        fig.subplots_adjust(left=fig.subplotpars.left * old / new,
                            right=fig.subplotpars.right * old / new)
