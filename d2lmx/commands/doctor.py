"""What is right or wrong on this machine, in plain words."""
from ..diagnosis.checks import checks


def options(parser):
    pass


def obey(args):
    """1 where something needed is broken."""
    broken = 0
    for check in checks():
        broken += check.ok is False
        mark = {True: 'ok    ', False: 'BROKEN', None: 'note  '}[check.ok]
        print(f'{mark} {check.name}: {check.message}')
        if check.mend:
            print(f'       mend: {check.mend}')
    print(f'\n{broken} broken' if broken else '\nAll that is needed works.')
    return 1 if broken else 0
