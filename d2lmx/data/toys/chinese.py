"""Toy sentence pairs, English and Chinese of one small grammar, as the real file is.

A sentence is drawn as meaning (who does what to which thing) and then said in both
languages. Chinese counts each noun by a measure word and has neither articles nor forms
of verbs; English has the forms and the articles.
"""
from .pairs import draw_pairs, joined, write_zip

__all__ = []

NUM_PAIRS = 3000

# English subject, whether third person, its form of be, Chinese
SUBJECTS = [('I', False, 'am', '我'), ('You', False, 'are', '你'),
            ('He', True, 'is', '他'), ('She', True, 'is', '她'),
            ('Tom', True, 'is', '汤姆'), ('Mary', True, 'is', '玛丽'),
            ('We', False, 'are', '我们'), ('They', False, 'are', '他们')]
VERBS = [('see', '看见'), ('want', '想要'), ('take', '拿'), ('find', '找到'),
         ('sell', '卖'), ('like', '喜欢')]
# English, Chinese, its measure word
NOUNS = [('cat', '猫', '只'), ('dog', '狗', '只'), ('book', '书', '本'),
         ('car', '汽车', '辆'), ('house', '房子', '座'), ('door', '门', '扇'),
         ('letter', '信', '封'), ('knife', '刀', '把'), ('key', '钥匙', '把'),
         ('bed', '床', '张')]
ARTICLES = [('a', '一'), ('this', '这'), ('that', '那')]
OWNERS = [('my', '我的'), ('your', '你的'), ('his', '他的'), ('her', '她的')]
COLOURS = [('red', '红色的'), ('green', '绿色的'), ('black', '黑色的'),
           ('white', '白色的'), ('', '')]
ADJECTIVES = [('tired', '累'), ('busy', '忙'), ('happy', '高兴'), ('sad', '难过'),
              ('tall', '高'), ('young', '年轻')]
WHEN = [('now', '现在'), ('today', '今天'), ('here', '在这里'), ('', '')]
ORDERS = [('Go', '走'), ('Run', '跑'), ('Wait', '等一下'), ('Stop', '停下'),
          ('Sing', '唱歌'), ('Look', '看')]
CREDIT = 'made up by d2lmx'


def write_toy(path, rng) -> None:
    """Write NUM_PAIRS different pairs, shortest English first, as a cmn-eng.zip."""
    pairs = draw_pairs(KINDS, NUM_PAIRS, rng)
    write_zip(path, 'cmn-eng/cmn.txt', [(*pair, CREDIT) for pair in pairs])


def order(pick):
    """Wait here! or Wait here. -> 在这里等一下！: one source, two translations."""
    (english, chinese), when = pick(ORDERS), pick(WHEN)
    return f'{joined(english, when[0])}{pick("!.")}', f'{when[1]}{chinese}！'


def state(pick):
    """She is busy today. -> 她今天很忙。"""
    (english, _, be, chinese), adjective, when = (
        pick(SUBJECTS), pick(ADJECTIVES), pick(WHEN))
    return (f'{joined(english, be, adjective[0], when[0])}.',
            f'{chinese}{when[1]}很{adjective[1]}。')


def action(pick):
    """He sees that red car now. -> 他现在看见那辆红色的汽车。"""
    (english, is_third, _, chinese), when = pick(SUBJECTS), pick(WHEN)
    verb, thing = pick(VERBS), _thing(pick)
    form = verb[0] + 's' * is_third
    return (f'{joined(english, form, thing[0], when[0])}.',
            f'{chinese}{when[1]}{verb[1]}{thing[1]}。')


def question(pick):
    """Where is my key? -> 我的钥匙在哪里？"""
    (owner, whose), (noun, chinese, _) = pick(OWNERS), pick(NOUNS)
    colour = pick(COLOURS)
    return (f'Where is {joined(owner, colour[0], noun)}?',
            f'{whose}{colour[1]}{chinese}在哪里？')


KINDS = [(.05, order), (.2, state), (.35, question), (1, action)]  # cumulative shares


def _thing(pick):
    """A noun with its colour: counted by its measure word, or with its owner."""
    (noun, chinese, measure), colour = pick(NOUNS), pick(COLOURS)
    if pick((True, False)):
        article, number = pick(ARTICLES)
        return joined(article, colour[0], noun), number + measure + colour[1] + chinese
    owner, whose = pick(OWNERS)
    return joined(owner, colour[0], noun), whose + colour[1] + chinese
