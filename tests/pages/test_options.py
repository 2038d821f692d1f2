"""A run function's signature as a command line."""
import argparse
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest

from d2lmx.errors import InputError
from d2lmx.pages import options, values
from d2lmx.pages.sections import Section

SECTION = Section('6.6', 'lenet', 'LeNet', '卷积', (), Path('s06_lenet.py'))


def run(*, num_epochs: int = 10, lr: float = 0.9, weight_decay: float = 0.,
        dropout1: float = 0.2, num_workers: int = 0, shuffle: bool = True,
        variant: Literal['scratch', 'concise'] = 'scratch', out: Path = None) -> dict:
    """As a section has it."""


def parse(text, smoke=()):
    module = SimpleNamespace(run=run, SMOKE=dict(smoke))
    return options.parse(SECTION, module, text.split())


def complaint(text, capsys):
    """What is said to options that are refused, with status 2, in one line."""
    with pytest.raises(SystemExit) as error:
        parse(text)
    output, message = capsys.readouterr()
    assert error.value.code == 2 and output == '' and message.count('\n') == 1
    return message


def test_without_options_the_books_values_hold():
    args, values = parse('')
    assert values == dict(num_epochs=10, lr=.9, weight_decay=0, dropout1=.2,
                          num_workers=0, shuffle=True, variant='scratch')
    assert (args.seed, args.out, args.data, args.smoke, args.show) == (
        0, Path('results'), 'auto', False, False)
    assert args.hybridize


def test_every_kind_of_hyperparameter_is_read():
    _, values = parse('--num-epochs 3 --lr 1e-2 --weight-decay 3 --dropout1 0 '
                      '--num-workers 0 --no-shuffle --variant concise')
    assert values == dict(num_epochs=3, lr=.01, weight_decay=3, dropout1=0,
                          num_workers=0, shuffle=False, variant='concise')


def test_the_runners_own_options_are_kept_apart():
    args, values = parse('--seed 7 --out here --data book --show --no-hybridize')
    assert (args.seed, args.out) == (7, Path('here'))
    assert (args.data, args.show, args.hybridize) == ('book', True, False)
    assert (args.checkpoint, args.resume) == (None, False)
    args, values = parse('--checkpoint there --resume')
    assert (args.checkpoint, args.resume) == (Path('there'), True)
    own = {'seed', 'out', 'data', 'show', 'checkpoint', 'resume', 'hybridize'}
    assert not own & set(values)


def test_smoke_means_toy_data_and_yields_to_what_is_given():
    args, values = parse('--smoke --lr 0.5', smoke=dict(num_epochs=1, lr=.1))
    assert (args.data, values['num_epochs'], values['lr']) == ('toy', 1, .5)
    assert parse('--smoke --data auto')[0].data == 'auto'
    assert parse('', smoke=dict(num_epochs=1))[1]['num_epochs'] == 10


@pytest.mark.parametrize('text,reason', [
    ('--num-epochs 0', "num-epochs: expected a whole number of at least 1 and at most "
     "1000000, got '0'"),
    ('--num-epochs 1.5', "got '1.5'"),
    ('--num-epochs -3', "got '-3'"), ('--num-workers -1', 'of at least 0'),
    ('--lr -0.1', "lr: expected a number of at least 0 and at most 1e+30, got '-0.1'"),
    ('--lr nan', "got 'nan'"), ('--lr inf', "got 'inf'"), ('--lr fast', "got 'fast'"),
    ('--dropout1 1', 'a number of at least 0 and at most 0.999999'),
    ('--variant gluon', "invalid choice: 'gluon'"), ('--shuffle yes', 'unrecognized'),
    ('--seed -1', 'of at least 0'), (f'--seed {2 ** 32}', 'at most 4294967295'),
    ('--data mine', "invalid choice: 'mine'"), ('--momentum .9', 'unrecognized'),
    ('--devices gpu:9', "devices: 'gpu:9' names a GPU that is not there"),
    ('--devices four', "got 'four'"), ('--out', 'expected one argument'),
    ('--resume', '--resume needs --checkpoint DIR')])
def test_a_wrong_value_is_refused_in_one_line(text, reason, capsys):
    message = complaint(text, capsys)
    assert message.startswith('d2lmx run 6.6: ') and reason in message
    assert '--help shows the options' in message


def test_help_shows_titles_and_the_books_values(capsys):
    with pytest.raises(SystemExit) as stop:
        parse('--help')
    text = capsys.readouterr().out
    assert stop.value.code == 0
    assert 'LeNet 卷积' in text and '==SUPPRESS==' not in text
    for piece in ('--num-epochs INT', 'default: 10', '--lr FLOAT', 'default: 0.9',
                  '--shuffle, --no-shuffle', '--no-hybridize', '{scratch,concise}'):
        assert piece in text


def without_type(*, num_epochs=10): ...
def without_default(*, num_epochs: int): ...


@pytest.mark.parametrize('run', [without_type, without_default])
@pytest.mark.parametrize('text', ['', '--smoke', '--help'])
def test_an_argument_without_type_or_default_is_one_line_that_says_what_to_write(
        run, text):
    module = SimpleNamespace(run=run, SMOKE={})
    with pytest.raises(InputError) as error:
        options.parse(SECTION, module, text.split())
    assert str(error.value) == (
        "run's argument 'num_epochs' becomes the option --num-epochs: write its type "
        'and its default, as in run(*, num_epochs: int = 10)')


def test_short_options_that_are_missing_are_told_where_they_are_asked_for():
    module = SimpleNamespace(run=run)
    assert options.parse(SECTION, module, [])[1]['num_epochs'] == 10
    with pytest.raises(InputError, match=r'write SMOKE = dict\(num_epochs=1\)') as told:
        options.parse(SECTION, module, ['--smoke'])
    assert '\n' not in str(told.value)


@pytest.mark.parametrize('text,fine', [
    ('--num-epochs 7', True), ('--num-epochs 8', False), ('--num-epochs 2', False),
    ('--lr 1e30', True), ('--lr 1e31', False), ('--lr 0', True), ('--lr 1e-40', False),
    ('--num-workers 1000', True), ('--num-workers 1001', False)])
def test_a_sections_ranges_or_those_of_all_bound_its_numbers(text, fine):
    module = SimpleNamespace(run=run, SMOKE={}, RANGES={'num_epochs': (3, 7)})
    if fine:
        assert options.parse(SECTION, module, text.split())
    else:
        with pytest.raises(SystemExit):
            options.parse(SECTION, module, text.split())


@pytest.mark.parametrize('ranges,told', [({'epochs': (1, 2)}, 'RANGES names epochs'),
                                         ([1], 'RANGES must be a dict')])
def test_ranges_of_what_run_does_not_take_are_refused(ranges, told):
    with pytest.raises(InputError, match=told):
        options.parse(SECTION, SimpleNamespace(run=run, RANGES=ranges), [])


@pytest.mark.parametrize('given', ['', 'x' * 256, 'a/' * 3000, '卷' * 86])
@pytest.mark.parametrize('option', ['--checkpoint', '--out'])
def test_what_no_file_system_has_is_no_name(option, given, capsys):
    with pytest.raises(SystemExit):
        options.parse(SECTION, SimpleNamespace(run=run), [option, given])
    assert capsys.readouterr().err.count('\n') == 1


def odd_type(*, sizes: list = ()): ...


def test_a_type_that_is_no_option_is_told():
    with pytest.raises(InputError, match="'sizes' is no option of a command line"):
        options.parse(SECTION, SimpleNamespace(run=odd_type), [])


@pytest.mark.parametrize('module,told', [
    (SimpleNamespace(), 'has no function run'),
    (SimpleNamespace(run=5), 'run must be a function, got int')])
def test_a_section_without_a_run_is_one_line(module, told):
    with pytest.raises(InputError, match=told):
        options.parse(SECTION, module, [])


def with_seed(*, seed: int = 1): ...
def with_hybridize(*, hybridize: bool = True): ...


@pytest.mark.parametrize('run,name', [(with_seed, 'seed'),
                                      (with_hybridize, 'hybridize')])
def test_an_argument_named_like_an_option_of_every_section_is_refused(run, name):
    with pytest.raises(InputError, match=f"'{name}' .* every section has: rename it"):
        options.parse(SECTION, SimpleNamespace(run=run), [])


def test_hyperparameters_are_typed_and_leave_the_results_folder_out():
    assert options.hyperparameters(run)['lr'] == (float, .9)
    assert 'out' not in options.hyperparameters(run)


@pytest.mark.parametrize('text', ['1x224x96', '1,224,96'])
def test_shape_is_written_with_x_or_commas(text):
    assert options.shape(text) == (1, 224, 96)


@pytest.mark.parametrize('text', ['', '1x', '1x0', '-1x2', '1x2.5', 'large'])
def test_no_shape_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match='such as 1x224x224'):
        options.shape(text)


@pytest.mark.parametrize('given', ['.', './', '..'])
def test_the_folder_that_one_is_in_is_a_folder(given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert values.folder(given) == Path(given)
