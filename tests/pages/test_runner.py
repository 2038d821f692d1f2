"""A section as a command: seeds, data, results, and what happens when it fails."""
import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from matplotlib import pyplot as plt

import d2lmx as d2l
from d2lmx.commands import status_of
from d2lmx.commands.run import run_with
from d2lmx.context import running
from d2lmx.files import hub, transfer
from d2lmx.pages import runner, sections

SECTION = '''"""A line (直线)"""
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_epochs=1)


def run(*, num_epochs: int = 3, lr: float = 0.1) -> dict:
    X, y = d2l.synthetic_data(np.array([2, -3.4]), 4.2, 20)
    net = nn.HybridSequential()
    net.add(nn.Dropout(0.1), nn.Dense(1))
    net.initialize()
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    step = d2l.regression_step(net, gluon.loss.L2Loss(), trainer)
    history = d2l.fit(step, d2l.load_array((X, y), 5), num_epochs)
    d2l.plot_history(history)
    return history.record()


if __name__ == '__main__':
    d2l.main(run)
'''


def status_of_run(section, module, argv):
    """The exit status of ``d2lmx run`` with a section, its module and options."""
    return status_of(run_with, section, module, argv)


@pytest.fixture
def command(tmp_path):
    """``command(options)`` runs the section above: (status, its results folder)."""
    file = tmp_path / 's01_line.py'
    file.write_text(SECTION, encoding='utf-8')
    section = sections.find(str(file))

    def run(*options):
        argv = ['--out', str(tmp_path / 'out'), *options]
        status = status_of_run(section, sections.load(section), argv)
        return status, tmp_path / 'out' / 'line'

    return run


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """No data root, an empty cache, and a network that answers nothing."""
    def fetch(urls, sha1, path, member=None):
        raise transfer.TransferError([f'{url}: no connection' for url in urls])

    monkeypatch.delenv('D2LMX_DATA')
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    monkeypatch.setattr(hub, 'SYSTEM_ROOT', tmp_path / 'nothing')
    monkeypatch.setattr(transfer, 'fetch', fetch)


def read_houses(calls):
    """A section that needs one file, counting how often it is run."""
    def run(*, num_rows: int = 2) -> dict:
        calls.append(hub.policy())
        plt.figure()
        with open(d2l.download('kaggle_house_train'), encoding='utf-8') as file:
            return {'rows': [next(file)[:2] for _ in range(num_rows)]}

    return SimpleNamespace(run=run, SMOKE={})


@pytest.fixture
def houses(tmp_path):
    """``houses(options)`` runs such a section: (status, record or None, policies)."""
    section = sections.Section('4.10', 'houses', 'Houses', '房价',
                               ('kaggle_house_train',), tmp_path)

    def run(*options):
        calls = []
        status = status_of_run(section, read_houses(calls),
                               ['--out', str(tmp_path / 'out'), *options])
        metrics = tmp_path / 'out' / '04.10_houses' / 'metrics.json'
        return status, json.loads(metrics.read_text()) if status == 0 else None, calls

    return run


def own_section(tmp_path, body):
    """A reader's own section whose run does what body says."""
    path = tmp_path / 's01_mine.py'
    path.write_text('"""Mine"""\nimport d2lmx as d2l\nfrom mxnet import gluon\n\n\n'
                    f'def run(*, k: int = 1) -> dict:\n    {body}\n')
    return sections.find(str(path))


def metrics(folder):
    return json.loads((folder / 'metrics.json').read_text(encoding='utf-8'))


def untimed(folder):
    record = metrics(folder)
    del record['timing'], record['resumed']
    return record


def test_a_run_writes_numbers_and_figures_and_says_where(command, capsys):
    status, folder = command('--num-epochs', '2')
    assert status == 0
    record = metrics(folder)
    assert record['options'] == {'num_epochs': 2, 'lr': .1}
    assert (record['title'], record['seed'], record['data']) == ('A line', 0, 'none')
    assert len(record['result']['series']['train loss']) == 2
    assert set(record['timing']) == {'total_seconds', 'seconds', 'waiting',
                                     'examples_per_sec'}
    assert set(record['versions']) == {'d2lmx', 'python', 'mxnet', 'numpy'}
    assert (folder / 'figures' / '1.svg').read_bytes().startswith(b'<?xml')
    assert str(folder / 'metrics.json') in capsys.readouterr().out


def test_claims_that_times_decide_stand_with_the_others(tmp_path):
    def run(*, num_seeds: int = 3) -> dict:
        return {'claims': [d2l.claim('smaller', {'size': 1}, True)],
                'timing': {'seconds': [.5], 'claims': [
                    d2l.claim('faster', {'ratio': 2.}, False)]}}

    section = sections.Section('22.9', 'fast', 'Fast', '快', (), tmp_path)
    module = SimpleNamespace(run=run, SMOKE={})
    assert status_of_run(section, module, ['--out', str(tmp_path)]) == 0
    record = metrics(tmp_path / '22.09_fast')
    assert [(row['claim'], row['holds']) for row in record['result']['claims']] == [
        ('smaller', True), ('faster', False)]
    assert record['timing']['seconds'] == [.5] and 'claims' not in record['timing']


def test_one_seed_gives_one_result_and_another_seed_another(command):
    first = untimed(command('--seed', '5')[1])
    assert untimed(command('--seed', '5')[1]) == first
    assert untimed(command('--seed', '6')[1])['result'] != first['result']


def test_devices_change_where_a_section_trains_but_not_what_it_is_told(command, capsys):
    assert metrics(command()[1])['device'] == 'cpu(0)'
    capsys.readouterr()
    record = metrics(command('--devices', 'cpu:3')[1])
    assert record['device'] == 'cpu(0), cpu(1), cpu(2)'
    assert 'splits no batch' not in capsys.readouterr().err


def test_a_section_that_cannot_split_its_batches_says_so_in_one_line(houses, capsys):
    _, record, _ = houses('--devices', 'cpu:2', '--data', 'toy')
    assert record['device'] == 'cpu(0)'
    assert capsys.readouterr().err == (
        'd2lmx: this section splits no batch over devices: it ran on cpu(0) alone\n')


PRINTS_DEVICES = "return {'devices': [str(d) for d in d2l.try_all_gpus()]}"
LANGUAGE_MODEL = """\
    data_iter, vocab = d2l.load_data_time_machine(4, 5, max_tokens=200)
    net = d2l.RNNModel(gluon.rnn.RNN(3), len(vocab))
    net.initialize(ctx=d2l.try_gpu())
    trainer = gluon.Trainer(net.collect_params(), 'sgd')
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    step = d2l.language_model_step(net, loss, trainer, d2l.try_gpu())
    return {'loss': d2l.fit(step, data_iter, k)['train loss']}"""


@pytest.mark.parametrize('body', [PRINTS_DEVICES, LANGUAGE_MODEL.lstrip()],
                         ids=['prints devices', 'language model'])
def test_a_device_counts_only_where_a_batch_was_put_on_it(tmp_path, capsys, body):
    section = own_section(tmp_path, body)
    told = []
    for devices in ('cpu:2', 'cpu:1'):
        assert status_of_run(section, sections.load(section), [
            '--devices', devices, '--out', str(tmp_path / 'out')]) == 0
        assert metrics(tmp_path / 'out' / 'mine')['device'] == 'cpu(0)'
        told.append(capsys.readouterr().err)
    assert told == ['d2lmx: this section splits no batch over devices: it ran on '
                    'cpu(0) alone\n', '']


STEP_OF_ITS_OWN = """\
    net = gluon.nn.Dense(k)
    net.initialize()
    step = d2l.Step(lambda X: {'size': (net(X).sum(), len(X))}, trains=net)
    d2l.fit(step, [[d2l.ones((2, 3))]], 1)
    return {'compiled': net._cached_op is not None}"""


@pytest.mark.parametrize('options,compiled', [([], True), (['--no-hybridize'], False)])
def test_a_run_compiles_what_a_sections_own_step_trains(tmp_path, options, compiled):
    section = own_section(tmp_path, STEP_OF_ITS_OWN.lstrip())
    assert status_of_run(section, sections.load(section), [
        *options, '--out', str(tmp_path / 'out')]) == 0
    record = metrics(tmp_path / 'out' / 'mine')
    assert record['hybridized'] == record['result']['compiled'] == compiled


def test_smoke_takes_the_sections_short_options(command):
    assert metrics(command('--smoke')[1])['options']['num_epochs'] == 1


def test_a_second_run_replaces_the_first_whole(command):
    _, folder = command('--smoke')
    (folder / 'figures' / '9.png').write_text('of an older run')
    command('--smoke', '--seed', '3')
    assert metrics(folder)['seed'] == 3 and not (folder / 'figures' / '9.png').exists()


@pytest.mark.slow
def test_a_run_goes_on_from_its_checkpoint_and_says_so(command, tmp_path, capsys):
    options = ['--num-epochs', '2', '--checkpoint', str(tmp_path / 'saved')]
    expected = untimed(command(*options)[1])
    assert metrics(tmp_path / 'out' / 'line')['resumed'] is None
    status, folder = command(*options, '--resume')
    assert status == 0 and untimed(folder) == expected
    assert metrics(folder)['resumed'] == {'fit': 1, 'epoch': 2}
    output, message = capsys.readouterr()
    assert 'resumed: training 1, after epoch 2\n' in output
    assert message == f'd2lmx: resuming from {tmp_path / "saved"}\n'


def test_resuming_from_an_empty_folder_starts_and_says_so(command, tmp_path, capsys):
    saved = ['--checkpoint', str(tmp_path / 'new'), '--resume']
    status, folder = command('--smoke', *saved)
    assert status == 0 and metrics(folder)['resumed'] is None
    assert 'no checkpoint in' in capsys.readouterr().err
    assert [path.name for path in (tmp_path / 'new').glob('*.npz')] == ['fit-001.npz']


@pytest.mark.parametrize('options,status,reason', [
    ([], 2, 'holds a checkpoint already: continue it with resume (--resume), or'),
    (['--resume', '--lr', '0.5'], 2, 'another run: lr was 0.1, is 0.5'),
    (['--resume', '--seed', '4'], 2, 'another run: seed was 0, is 4')])
def test_a_checkpoint_is_neither_overwritten_nor_continued_by_another_run(
        command, tmp_path, capsys, options, status, reason):
    saved = ['--num-epochs', '1', '--checkpoint', str(tmp_path / 'saved')]
    command(*saved)
    before = (tmp_path / 'saved' / 'fit-001.npz').read_bytes()
    capsys.readouterr()
    assert command(*saved, *options)[0] == status
    message = capsys.readouterr().err
    assert message.count('\n') == 1 and reason in message
    assert (tmp_path / 'saved' / 'fit-001.npz').read_bytes() == before


def test_a_damaged_checkpoint_is_one_clear_line(command, tmp_path, capsys):
    saved = ['--num-epochs', '1', '--checkpoint', str(tmp_path / 'saved')]
    command(*saved)
    (tmp_path / 'saved' / 'fit-001.npz').write_bytes(b'PK')
    capsys.readouterr()
    assert command(*saved, '--resume')[0] == 1
    message = capsys.readouterr().err
    assert message.count('\n') == 1 and 'fit-001.npz cannot be read' in message


def test_ctrl_c_says_how_to_go_on(command, tmp_path, monkeypatch, capsys):
    saved = ['--num-epochs', '2', '--checkpoint', str(tmp_path / 'saved')]
    with monkeypatch.context() as patch:
        patch.setattr(d2l, 'plot_history', interrupt)
        assert command(*saved)[0] == 130
    assert f'go on from {tmp_path / "saved"} with --resume' in capsys.readouterr().err
    assert command(*saved, '--resume')[0] == 0


def interrupt(*args):
    raise KeyboardInterrupt


def test_other_threads_than_the_checkpoints_are_said(command, tmp_path, capsys,
                                                    monkeypatch):
    saved = ['--num-epochs', '1', '--checkpoint', str(tmp_path / 'saved')]
    command(*saved)
    here = runner.machine()
    monkeypatch.setattr(runner, 'machine', lambda: {**here, 'threads': 77})
    assert command(*saved, '--resume')[0] == 0
    assert 'the last bits may differ' in (message := capsys.readouterr().err)
    assert f'threads was {here["threads"]}, is 77' in message


def test_other_data_than_the_checkpoints_are_refused(tmp_path, monkeypatch, capsys):
    def run() -> dict:
        d2l.download('kaggle_house_train')
        for _ in d2l.epochs(1, {'trained': 0}):
            pass
        return {}

    section = sections.Section('4.10', 'houses', 'Houses', '房价', (), tmp_path)
    argv = ['--out', str(tmp_path / 'out'), '--checkpoint', str(tmp_path / 'saved')]
    module = SimpleNamespace(run=run, SMOKE={})
    assert status_of_run(section, module, argv) == 0
    monkeypatch.setattr(hub, 'CHECKS', {})
    (tmp_path / 'root').mkdir()
    (tmp_path / 'root' / 'kaggle_house_pred_train.csv').write_text('Id,Mine\n1,2\n')
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path / 'root'))
    capsys.readouterr()
    assert status_of_run(section, module, argv + ['--resume']) == 2
    assert 'another run: kaggle_house_train was ' in capsys.readouterr().err


def test_a_section_without_a_training_that_is_saved_says_so_and_keeps_its_results(
        tmp_path, capsys):
    section = own_section(tmp_path, 'return {"found": 3}')
    status = status_of_run(section, sections.load(section), [
        '--out', str(tmp_path / 'out'), '--checkpoint', str(tmp_path / 'saved')])
    assert status == 0 and not (tmp_path / 'saved').exists()
    assert metrics(tmp_path / 'out' / 'mine')['result'] == {'found': 3}
    message = capsys.readouterr().err
    assert message.startswith('d2lmx: section mine saved no training in ')
    assert 'd2l.epochs(num_epochs, [net, trainer], history)' in message
    assert message.count('\n') == 1


@pytest.mark.parametrize('body,told', [
    ('return None', 'must return a dict of JSON values'),
    ('return {"a": object()}', 'got object')])
def test_a_result_that_is_no_json_is_one_line(tmp_path, capsys, body, told):
    section = own_section(tmp_path, body)
    assert status_of_run(section, sections.load(section), [
        '--out', str(tmp_path / 'out')]) == 2
    message = capsys.readouterr().err
    assert told in message and message.count('\n') == 1


def test_a_run_that_falls_back_on_toy_data_counts_its_trainings_anew(
        tmp_path, offline, capsys):
    def run() -> dict:
        history, trained = d2l.History(), {'numbers': 0}
        for epoch in d2l.epochs(2, trained, history):
            trained['numbers'] += 1
        d2l.download('kaggle_house_train')  # the first time, there is none
        return {'trained': trained['numbers']}

    section = sections.Section('4.10', 'houses', 'Houses', '房价', (), tmp_path)
    argv = ['--out', str(tmp_path / 'out'), '--checkpoint', str(tmp_path / 'saved')]
    for resume in ([], ['--resume']):
        assert status_of_run(section, SimpleNamespace(run=run, SMOKE={}),
                             argv + resume) == 0
        assert metrics(tmp_path / 'out' / '04.10_houses')['result'] == {'trained': 2}
    assert [p.name for p in (tmp_path / 'saved').glob('fit-*')] == ['fit-001.npz']


@pytest.mark.parametrize('fault,status', [(KeyboardInterrupt, 130),
                                          (ZeroDivisionError, None)])
def test_what_breaks_off_keeps_the_older_results_and_leaves_nothing(
        command, monkeypatch, capsys, fault, status):
    _, folder = command('--smoke')
    before = untimed(folder)

    def breaks(*args, **kwargs):
        raise fault

    monkeypatch.setattr(d2l, 'fit', breaks)
    if status:
        assert command('--smoke')[0] == status
        assert 'interrupted, nothing was written' in capsys.readouterr().err
    else:
        with pytest.raises(fault):  # a defect of a section shows where it is
            command('--smoke')
    assert untimed(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_results_folder_below_a_file_is_one_clear_line(command, tmp_path, capsys):
    (tmp_path / 'out').write_text('')
    assert command('--smoke')[0] == 1
    message = capsys.readouterr().err
    assert message.count('\n') == 1 and '--out' in message


def test_book_data_offline_is_an_error_that_says_what_to_do(houses, offline, capsys):
    status, _, calls = houses('--data', 'book')
    assert (status, calls) == (1, ['book'])
    message = capsys.readouterr().err
    assert message.count('d2lmx: ') == 1 and 'Traceback' not in message
    for piece in ('kaggle_house_pred_train.csv', 'no connection', '--data toy'):
        assert piece in message


def test_auto_offline_runs_again_on_toy_data_and_says_so(houses, offline, capsys):
    status, record, calls = houses()
    assert (status, calls) == (0, ['book', 'toy'])
    assert record['data'] == 'toy'
    assert [file['data'] for file in record['files']] == ['toy']
    output, message = capsys.readouterr()
    assert '*** RUNNING ON TOY DATA' in message and "not the book's data" in output
    assert len(plt.get_fignums()) == 1  # the broken run's figure is gone


def test_toy_in_the_environment_is_what_auto_means(houses, capsys):
    status, record, calls = houses('--data', 'auto')
    assert (status, calls, record['data']) == (0, ['toy'], 'toy')
    assert 'RUNNING ON TOY DATA' not in capsys.readouterr().err


def test_a_file_of_ones_own_in_a_root_is_used_and_called_local(
        houses, offline, tmp_path, monkeypatch):
    root = tmp_path / 'root'
    root.mkdir()
    monkeypatch.setattr(hub, 'CHECKS', {})
    (root / 'kaggle_house_pred_train.csv').write_text('Id,Mine\n1,2\n')
    monkeypatch.setenv('D2LMX_DATA', str(root))
    _, record, _ = houses()
    assert record['data'] == 'local' and record['result']['rows'] == ['Id', '1,']
    assert record['files'][0]['sha1'] == hashlib.sha1(b'Id,Mine\n1,2\n').hexdigest()


def test_one_toy_file_makes_the_whole_result_toy():
    for kinds, whole in ((['book', 'toy', 'local'], 'toy'), (['book'], 'book'),
                         (['book', 'local'], 'local'), ([], 'none')):
        with running(files={kind: {'data': kind} for kind in kinds}):
            assert runner.provenance()['data'] == whole


def test_a_section_that_writes_files_gets_the_results_folder(tmp_path, capsys):
    def run(*, out=None) -> dict:
        (out / 'submission.csv').write_text('Id\n')
        return {}

    section = sections.Section('4.10', 'houses', 'Houses', '房价', (), tmp_path)
    status_of_run(section, SimpleNamespace(run=run, SMOKE={}),
                  ['--out', str(tmp_path / 'out')])
    assert (tmp_path / 'out' / '04.10_houses' / 'submission.csv').read_text() == 'Id\n'


def test_a_sections_complaint_about_its_options_is_one_line(tmp_path, capsys):
    section = own_section(tmp_path, "raise d2l.InputError('k must be at least 2')")
    status = status_of_run(section, sections.load(section),
                           ['--out', str(tmp_path / 'out')])
    assert status == 2
    assert capsys.readouterr().err == 'd2lmx: k must be at least 2\n'


@pytest.mark.parametrize('body,reason', [
    ('a, b = [1]', 'not enough values to unpack'),
    ("import json; return json.loads('no JSON')", 'Expecting value')],
    ids=['unpacking', 'JSON'])
def test_a_value_error_out_of_a_bug_keeps_its_traceback_and_leaves_nothing(
        tmp_path, body, reason):
    section = own_section(tmp_path, body)
    with pytest.raises(ValueError, match=reason) as error:
        status_of_run(section, sections.load(section),
                      ['--out', str(tmp_path / 'out')])
    assert section.path in [Path(entry.path) for entry in error.traceback]
    assert list((tmp_path / 'out').iterdir()) == []


def test_results_replace_nothing_that_no_run_has_written(command, tmp_path, capsys):
    (tmp_path / 'out' / 'line').mkdir(parents=True)
    (tmp_path / 'out' / 'line' / 'thesis.txt').write_text('years of work')
    assert command('--smoke')[0] == 2
    assert 'holds no results of a run' in capsys.readouterr().err
    assert (tmp_path / 'out' / 'line' / 'thesis.txt').read_text() == 'years of work'


def test_a_checkpoint_inside_the_results_is_refused_before_training(
        command, tmp_path, capsys):
    inside = tmp_path / 'out' / 'line' / 'saved'
    assert command('--smoke', '--checkpoint', str(inside))[0] == 2
    assert 'would replace the checkpoint' in capsys.readouterr().err
    assert not inside.exists()
