"""What the toy sentence pairs of all languages have in common: all but the grammar.

A grammar draws a sentence as meaning and says it in both languages: each kind of
sentence is a function ``kind(pick) -> (English, other)``, where ``pick(choices)`` draws
one of the choices.
"""
import zipfile

__all__ = []


def draw_pairs(kinds, count: int, rng) -> list:
    """`count` different pairs, shortest English first.

    kinds: [(cumulative share, kind)], the last share being 1.
    """
    pairs = set()
    while len(pairs) < count:
        draw = rng.uniform()
        kind = next(kind for share, kind in kinds if draw < share)
        pairs.add(kind(lambda choices: choices[rng.randint(len(choices))]))
    return sorted(pairs, key=lambda pair: (len(pair[0]), pair))


def joined(*words) -> str:
    """Words with spaces between them; an empty word leaves no trace."""
    return ' '.join(word for word in words if word)


def write_zip(path, member: str, lines) -> None:
    """Write a zip archive with one file of lines, each a tuple of columns."""
    text = ''.join('\t'.join(columns) + '\n' for columns in lines)
    entry = zipfile.ZipInfo(member)  # its fixed date: bytes that repeat
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry, text.encode('utf-8'))
