"""Growing curves: headless, on a terminal, in a Jupyter kernel, without IPython."""
import io
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from matplotlib import pyplot as plt
from mxnet import np

import d2lmx as d2l
from d2lmx.viz.finish import finish

ROOT = Path(__file__).parent.parent.parent


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self):
        return True


def curves(axes):
    return [[list(map(float, values)) for values in line.get_data()]
            for line in axes.lines]


def test_points_join_their_curves_and_none_leaves_one_out():
    animator = d2l.Animator(xlabel='epoch', legend=['train loss', 'test acc'])
    animator.add(.5, (2, None))
    animator.add(1, (1.5, .25))
    assert animator.X == [[.5, 1], [1]] and animator.Y == [[2, 1.5], [.25]]
    axes, = animator.axes
    assert curves(axes) == [[[.5, 1], [2, 1.5]], [[1], [.25]]]
    assert axes.get_xlabel() == 'epoch'
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ['train loss',
                                                                     'test acc']


def test_the_legend_has_a_label_for_each_curve_that_is_there(recwarn):
    animator = d2l.Animator(legend=['train loss', 'train acc', 'test acc'])
    labels = []
    for x, y in ((1, [.5]), (2, [.4, .6, .7])):
        animator.add(x, y)
        legend = animator.axes[0].get_legend()
        labels.append([text.get_text() for text in legend.get_texts()])
    assert labels == [['train loss'], ['train loss', 'train acc', 'test acc']]
    assert not [w for w in recwarn if 'handles' in str(w.message)]


@pytest.mark.parametrize('y', [.5, np.array(.5), [.5], np.array([.5]), (np.array(.5),)])
def test_a_single_value_may_be_a_number_an_array_or_a_list(y):
    animator = d2l.Animator()
    animator.add(3, y)
    assert (animator.X, animator.Y) == ([[3]], [[.5]])


def test_each_curve_may_have_its_own_x():
    animator = d2l.Animator()
    animator.add([1, 2], [3, 4])
    assert (animator.X, animator.Y) == ([[1], [2]], [[3], [4]])
    with pytest.raises(ValueError, match='got 3'):
        animator.add([1, 2, 3], [1, 2])


def test_axes_follow_the_points_and_keep_given_limits():
    animator = d2l.Animator(xlim=[0, 10], yscale='log', figsize=(5, 3), ncols=2)
    animator.add(1, 1)
    animator.add(2, 1000)
    axes = animator.axes[0]
    assert axes.get_xlim() == (0, 10) and axes.get_yscale() == 'log'
    assert axes.get_ylim()[1] >= 1000
    assert len(animator.axes) == 2
    assert animator.fig.get_size_inches().tolist() == [5, 3]


@pytest.mark.parametrize('epochs, xlim, ticks', [
    ([1, 2], [1, 2], [1, 2]), ([.5, 1, 1.5, 2, 2.5, 3], [1, 3], [1, 2, 3]),
    ([1], [1, 1], [1]), ([10, 20], [10, 20], range(10, 21, 2))])
def test_numbers_stand_at_whole_epochs(epochs, xlim, ticks):
    for axes in animated(epochs, xlim), plotted(epochs, xlim), listed(epochs, xlim):
        axes.figure.canvas.draw()
        left, right = axes.get_xlim()
        found = [x for x in axes.get_xticks() if left <= x <= right]
        assert found == pytest.approx(list(ticks))


def animated(epochs, xlim):
    animator = d2l.Animator('epoch', xlim=xlim)
    for x in epochs:
        animator.add(x, x)
    return animator.axes[0]


def plotted(epochs, xlim):
    d2l.plot(epochs, epochs, 'epoch', xlim=xlim)
    return plt.gca()


def listed(epochs, xlim):
    history = d2l.History()
    for x in epochs:
        history.add(x, {'train loss': x})
    axes = d2l.plot_history(history)
    if xlim[0] < xlim[1]:
        axes.set_xlim(xlim)
    return axes


def test_a_part_of_an_epoch_has_numbers_too():
    axes = animated([.25, .5], [.2, .6])
    assert sum(.2 <= x <= .6 for x in axes.get_xticks()) >= 2


def test_other_numbers_stay_as_they_are_and_those_chosen_too():
    d2l.plot([1, 2], [1, 2], 'x')
    assert not all(float(x).is_integer() for x in plt.gca().get_xticks())
    axes = animated([1, 2], [1, 2])
    axes.set_xticks([1.25, 2])
    finish(axes.figure)
    assert axes.get_xticks().tolist() == [1.25, 2]


def test_limits_give_way_as_long_as_a_curve_ends_beyond_them():
    animator = d2l.Animator(ylim=[.3, .9], legend=['loss', 'acc'])
    axes, = animator.axes
    animator.add(1, [2, .5])
    assert axes.get_ylim()[1] > 2 and axes.get_ylim()[0] < .5
    animator.add(2, [.8, .6])  # it began above, and is seen now
    assert axes.get_ylim() == (.3, .9)
    animator.add(3, [.1, 1])
    low, high = axes.get_ylim()
    assert low < .1 and high > 2
    animator.add(4, [float('nan'), .8])
    assert axes.get_ylim()[1] > 2


def test_a_terminal_gets_a_line_for_each_whole_epoch(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, 'stderr', terminal)
    animator = d2l.Animator(xlabel='epoch', legend=['train loss', 'test acc'])
    animator.add(.5, (2, None))
    animator.add(1, (1.5, .25))
    assert terminal.getvalue() == 'epoch 1: train loss 1.5, test acc 0.25\n'


def test_what_is_no_terminal_gets_nothing(capsys):
    d2l.Animator().add(1, 2)
    assert capsys.readouterr() == ('', '')


@pytest.mark.slow
def test_without_ipython_everything_draws():
    code = textwrap.dedent("""
        import sys

        class Absent:
            def find_spec(self, name, path=None, target=None):
                if name.split('.')[0] in ('IPython', 'matplotlib_inline', 'ipykernel'):
                    raise ModuleNotFoundError(name)

        sys.meta_path.insert(0, Absent())
        import d2lmx as d2l
        d2l.use_svg_display()
        d2l.set_figsize()
        animator = d2l.Animator()
        animator.add(1, 2)
        d2l.plot([1, 2], [3, 4])
        print(len(d2l.plt.get_fignums()), 'IPython' in sys.modules)
        """)
    run = subprocess.run([sys.executable, '-c', code], cwd=ROOT, text=True,
                         capture_output=True, timeout=60)
    assert run.stdout == '2 False\n', run.stderr


@pytest.fixture(scope='module')
def kernel():
    """``kernel(cell)`` runs a cell in one Jupyter kernel: its messages' contents."""
    needs = 'needs a Jupyter kernel: pip install ipykernel'
    pytest.importorskip('ipykernel', reason=needs)
    manager = pytest.importorskip('jupyter_client.manager', reason=needs)
    started, client = manager.start_new_kernel(
        kernel_name='python3', cwd=str(ROOT), startup_timeout=60,
        extra_arguments=['--HistoryManager.enabled=False'])

    def run(cell):
        messages = []
        client.execute_interactive(textwrap.dedent(cell), timeout=60,
                                   output_hook=messages.append)
        errors = [m['content'] for m in messages if m['msg_type'] == 'error']
        assert not errors, '\n'.join(errors[0]['traceback'])
        return messages

    run("""
        %matplotlib inline
        import d2lmx as d2l
        """)
    yield run
    client.stop_channels()
    started.shutdown_kernel(now=True)


def on_screen(messages):
    """What a notebook shows of a cell when it is over: kinds of output, in order."""
    shown, cleared = [], False
    for message in messages:
        if message['msg_type'] == 'clear_output':
            cleared = True  # takes effect with the next output
        elif message['msg_type'] in ('stream', 'display_data', 'execute_result'):
            shown = ([] if cleared else shown) + [message['content']]
            cleared = False
    return [output['data'].keys() if 'data' in output else output['text']
            for output in shown]


def test_in_jupyter_the_figure_is_redrawn_and_ends_as_one_svg(kernel):
    messages = kernel("""
        animator = d2l.Animator(xlabel='epoch')
        for epoch in range(3):
            animator.add(epoch, epoch ** 2)
        print('done')
        """)
    drawn = [m for m in messages if m['msg_type'] == 'display_data']
    assert len(drawn) == 3 + 1  # each point, and Jupyter's own at the cell's end
    text, picture = on_screen(messages)
    assert text == 'done\n' and 'image/svg+xml' in picture


def test_in_jupyter_each_plot_of_a_cell_is_shown_once(kernel):
    shown = on_screen(kernel("""
        d2l.plot([1, 2], [3, 4], 'x', 'y')
        d2l.plot([1, 2], [[3, 4], [5, 6]], legend=['a', 'b']);
        """))
    assert len(shown) == 2 and all('image/svg+xml' in picture for picture in shown)
