"""What is right or wrong on this machine, in plain words."""
from ..diagnosis.checks import checks


def options(parser):
    pass


def obey(args):
    """1 where something needed is broken."""
    found = checks()
    for check in found:
        mark = {True: 'ok    ', False: 'BROKEN', None: 'note  '}[check.ok]
        print(f'{mark} {check.name}: {check.message}')
        if check.mend:
            print(f'       mend: {check.mend}')
    broken = sum(check.ok is False for check in found)
    without_data = any(check.name == 'data files' and not check.ok for check in found)
    works = 'All that is needed works' + (
        ', but none of the book\'s data is here: `d2lmx data fetch`, or stand-ins'
        if without_data else '')
    print(f'\n{broken} broken' if broken else f'\n{works}.')
    return 1 if broken else 0
