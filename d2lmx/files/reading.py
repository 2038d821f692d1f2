"""Text files of data, in UTF-8 with or without a byte order mark."""
import io
from pathlib import Path

from .archives import BadData

__all__ = []


def read_text(path, otherwise: str = '') -> str:
    """The text of a file, its lines ended by '\\n'.

    otherwise: the encoding of what is not in UTF-8, one that takes any bytes. BadData
    that names the file and, without it, the line that is not in UTF-8.
    """
    try:
        content = Path(path).read_bytes()
        text = decoded(content, otherwise)
    except OSError as error:
        raise BadData(f'{path} must be a text file in UTF-8, but cannot be read: '
                      f'{error.strerror}') from error
    except UnicodeDecodeError as error:
        line = content.count(b'\n', 0, error.start) + 1
        raise BadData(f'{path} must be in UTF-8, but line {line} is not (byte '
                      f'0x{content[error.start]:02x}): save it in that encoding'
                      ) from error
    return io.StringIO(text, newline=None).read()


def decoded(content: bytes, otherwise: str) -> str:
    """Bytes in UTF-8 as text, or else in the other encoding, if there is one."""
    try:
        return content.decode('utf-8-sig')
    except UnicodeDecodeError:
        if not otherwise:
            raise
        return content.decode(otherwise)


def first_line(text: str) -> str:
    """The start of a text, as an error shows it."""
    return repr(text.partition('\n')[0][:60])
