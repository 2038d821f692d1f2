"""The numbers that the book prints for a section, beside those of a run.

A section holds them as PRINTED, a list of (options, numbers): options that differ from
the defaults of its run, and {name: (printed, lowest, highest)}, where the last two
bound what executed builds of the book reached. A name is one of the result's 'final'
values, or a path to a number in the result: 'k folds/valid log rmse'.
"""
from .options import hyperparameters


def beside_the_book(module, options, data: str, result):
    """What a run's record says of the book's numbers; None where the section has none.

    {'numbers': {name: {'ours', 'book', 'lowest', 'highest', 'inside'}}}, or {'reason':
    why there is no comparison}: other options than the page's, or other data.
    """
    if not hasattr(module, 'PRINTED'):
        return None
    if data not in ('book', 'none'):
        return {'reason': f"the data is {data}, not the book's"}
    defaults = {name: default for name, (_, default)
                in hyperparameters(module.run).items()}
    pages = [({**defaults, **changed}, numbers) for changed, numbers in module.PRINTED]
    for page, numbers in pages:
        if page == options:
            return {'numbers': {name: compared(number_at(result, name), *bounds)
                                for name, bounds in numbers.items()}}
    page, _ = min(pages, key=lambda pair: len(differing(pair[0], options)))
    return {'reason': 'options other than the page\'s: ' + ', '.join(
        f'{name} is {options[name]}, not {page[name]}'
        for name in differing(page, options))}


def differing(page: dict, options: dict) -> list:
    """Names of the options that have other values."""
    return [name for name in options if options[name] != page[name]]


def compared(ours, book, lowest, highest) -> dict:
    """One number of ours beside the book's."""
    return {'ours': ours, 'book': book, 'lowest': lowest, 'highest': highest,
            'inside': isinstance(ours, (int, float)) and lowest <= ours <= highest}


def number_at(result: dict, name: str):
    """A number of the result, by its name in 'final' or by its path.

    A word where there is none: a run is not lost for a wrong name of its page.
    """
    value = result.get('final', {}).get(name, result)
    for key in name.split('/') if value is result else ():
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, (int, float)) else f'no number at {name!r}'
