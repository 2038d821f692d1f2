"""Tables as text."""

__all__ = ['table']


def table(rows) -> str:
    """Lines of text with aligned columns, from a dict of texts for each row.

    The first column stands at the left, the others at the right; a cell that a row
    lacks is '-'. Without rows there is no line.

    Ours
    """
    import pandas  # late: it takes a third of a second
    if not rows:
        return ''
    frame = pandas.DataFrame(rows).fillna('-')
    first = frame.columns[0]
    width = max(len(first), *frame[first].str.len())
    frame[first] = frame[first].str.ljust(width)
    return frame.rename(columns={first: first.ljust(width)}).to_string(index=False)
