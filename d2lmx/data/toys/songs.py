"""Toy song text in Chinese, made up by d2lmx: no line of it is anybody's song.

Lines are of a few patterns with words in their places, so that the next character can
often be told from those before, and sometimes not.
"""
import zipfile

from ...files import hub

__all__ = []

MEMBER = 'jaychou_lyrics.txt'  # as the pages call it
NUM_VERSES, NUM_LINES = 320, 4  # lines of each verse; more than 10,000 characters
# words in capitals are drawn from the lists below
LINES = ('我在PLACE等TIME的THING', 'THING慢慢落在PLACE', '你说TIME我们不分开',
         '如果分开 就让THING告诉你', 'COLOUR的THING 像你的LOOK', '一起ACT过TIME的PLACE',
         '我还记得你的LOOK', 'THING问我为什么分开', '从PLACE到PLACE 你一直在ACT',
         '是谁在TIME轻轻地ACT')
REFRAIN = '不分开 不分开', '直到THING都回来'
WORDS = {'PLACE': '河边 山顶 车站 屋檐下 老街 海港 麦田'.split(),
         'TIME': '清晨 黄昏 昨夜 夏天 雨后 明年'.split(),
         'THING': '风 月光 雪花 落叶 钟声 云 灯火 一封信'.split(),
         'COLOUR': '白色 蓝色 金黄色 透明'.split(),
         'LOOK': '微笑 眼睛 名字 背影'.split(),
         'ACT': '唱歌 散步 画画 数星星 奔跑'.split()}


@hub.toy('jaychou_lyrics')
def write_songs(path, rng) -> None:
    """Write a zip archive of one text, in UTF-8, as the edition's own file is."""
    text = '\n'.join(verse(rng) for _ in range(NUM_VERSES))
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr(zipfile.ZipInfo(MEMBER), text.encode('utf-8'))  # a fixed date


def verse(rng) -> str:
    """Some lines and a refrain, each with its end."""
    patterns = [LINES[rng.randint(len(LINES))] for _ in range(NUM_LINES)]
    return ''.join(f'{_filled(pattern, rng)}\n' for pattern in [*patterns, *REFRAIN])


def _filled(pattern, rng):
    for kind, words in WORDS.items():
        while kind in pattern:
            pattern = pattern.replace(kind, words[rng.randint(len(words))], 1)
    return pattern
