"""pooch, imported without a word: in a notebook without widgets its import warns."""
import warnings

with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    import pooch

__all__ = ['pooch']
