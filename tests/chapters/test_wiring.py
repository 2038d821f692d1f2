"""Each option of a section goes where its name is asked for.

Where a function that takes the option ``lr`` calls one that asks for ``lr``, it hands
on its own, or something made of it: left out, the callee's default would be used
without a word; at another's place, two options would be exchanged. The same holds for
the options of an optimiser; and an option that a function takes is read there.
"""
import ast
import inspect

import pytest

import d2lmx as d2l
from d2lmx.pages import sections

# section, caller, callee, its parameter, and what it gets there with good reason
OTHERWISE = {
    # the last batch is smaller
    '3.2 train d2l.sgd batch_size: len(X)',
    # an option of its own
    '3.5 run first_batch batch_size: resized_batch_size',
    '11.5 run train_sgd num_epochs: num_epochs_gd',
    '14.6 encode d2l.learn_bpe num_merges: num_merges_ptb',
    # the test pictures alone are read here
    '22.5 run d2l.load_few_garments num_train: 1',
    # one of several values in a loop, of which the option is one
    '4.4 run train num_epochs: epochs', '4.4 run draw num_epochs: epochs',
    '4.5 run train lambd: strength', '11.4 run d2l.train_2d steps: num_steps',
    # the page's example, which stays the same
    '9.8 run example num_steps: left out', '9.8 run costs num_steps: left out',
    '11.5 run d2l.get_data_ch11 n: left out', '11.11 run draw num_epochs: 50',
    '12.3 run d2l.try_gpus n: 2',
    # shapes of a single example
    *(f'{number} run example_inputs batch_size: 1'
      for number in ('6.6', '7.1', '7.2', '7.3', '7.4', '7.6', '7.7')),
    # what an export is tried on
    *(f'{number} run example_inputs batch_size: left out'
      for number in ('13.13', '13.14', '17.2', '21.18', '21.23')),
    '13.2 run example_inputs batch_size: 1', '21.23 run example_inputs batch_size: 1',
    # a scheduler made of the schedule that the option names
    '11.11 run draw schedule: scheduler', '11.11 run d2l.ByEpoch schedule: scheduler',
    # the first product takes memory, the second time is told
    '12.3 parallel_computation products repeat: 1',
    # steps of the right size, beside those that the options say
    '18.7 run descend lr: share * (1 - share) / n', '18.7 run descend num_steps: 400',
}
# names of optimisers' options, and what sections call the same
SPELLINGS = {'learning_rate': ('lr', 'learning_rate'), 'lr': ('lr',),
             'wd': ('wd', 'weight_decay'), 'momentum': ('momentum',),
             'gamma': ('gamma',), 'gamma1': ('gamma',), 'rho': ('rho',)}


def parameters(node):
    """Names of the arguments of a function's or lambda's node, in order."""
    return [arg.arg for arg in (*node.args.posonlyargs, *node.args.args,
                                *node.args.kwonlyargs)]


def names_in(node):
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def unpacked(argument, function):
    """What ``*sizes`` stands for, where ``sizes = a, b`` stands above it, else None."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.Assign)
             and isinstance(node.value, ast.Tuple) and node.lineno < argument.lineno
             and ast.unparse(node.targets[0]) == ast.unparse(argument.value)]
    return max(found, key=lambda node: node.lineno).value.elts if found else None


def bound(call, wanted, function):
    """{parameter: argument} of a call; None for what ``*`` or ``**`` may give.

    Absent is what the call leaves out.
    """
    given = []
    for argument in call.args:
        parts = [argument]
        if isinstance(argument, ast.Starred):
            parts = unpacked(argument, function) or [None] * len(wanted)
        given += parts
    pairs = dict(zip(wanted, given))
    for keyword in call.keywords:
        pairs.update({keyword.arg: keyword.value} if keyword.arg else
                     {name: pairs.get(name) for name in wanted})
    return pairs


class Wiring(ast.NodeVisitor):
    """The faults in a section's source: 'caller callee parameter: what came'."""

    def __init__(self, source):
        tree = ast.parse(source)
        self.defined, self.around, self.faults = {}, [], []
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                self.defined.setdefault(node.name, parameters(node))
            elif isinstance(node, ast.ClassDef):
                self.defined[node.name] = next(
                    (parameters(part)[1:] for part in node.body
                     if getattr(part, 'name', '') == '__init__'), [])
        self.options = {*self.defined['run'], 'learning_rate'}
        self.visit(tree)

    def visit_FunctionDef(self, node):
        self.around.append(node)
        unread = self.own() & set(parameters(node)) - names_in(
            ast.Module(node.body, []))
        self.faults += [f'{node.name} reads no {name}' for name in sorted(unread)]
        self.generic_visit(node)
        self.around.pop()

    def visit_Call(self, call):
        self.generic_visit(call)
        wanted = self.asked_for(call.func)
        if self.around and wanted is not None:
            pairs = bound(call, wanted, self.around[-1])
            for name in sorted(self.own() & set(wanted)):
                self.check(ast.unparse(call.func), name, {name}, pairs.get(name, ...))

    def visit_Dict(self, node):
        self.generic_visit(node)
        for key, value in zip(node.keys, node.values):
            name = getattr(key, 'value', None)
            ours = self.own() & set(SPELLINGS.get(name, ()))
            if ours:
                self.check('dict', name, ours, value)

    def own(self):
        """The options that the functions around this place take."""
        return self.options & {name for node in self.around for name in
                               parameters(node)}

    def check(self, callee, name, ours, argument):
        what = 'left out' if argument is ... else argument and ast.unparse(argument)
        if what and (argument is ... or not names_in(argument) & ours):
            self.faults.append(f'{self.around[0].name} {callee} {name}: {what}')

    def asked_for(self, function):
        """The names of a callee's parameters; None where it is not known."""
        if isinstance(function, ast.Name):
            return self.defined.get(function.id)
        if isinstance(function, ast.Attribute) and ast.unparse(function.value) == 'd2l':
            thing = getattr(d2l, function.attr)
            if inspect.isfunction(thing) or (inspect.isclass(thing) and not
                                             issubclass(thing, Exception)):
                return [p.name for p in inspect.signature(thing).parameters.values()
                        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        return None


@pytest.mark.parametrize('entry', sections.sections(), ids=lambda entry: entry.slug)
def test_options_go_where_their_names_are_asked_for(entry):
    faults = Wiring(entry.path.read_text(encoding='utf-8')).faults
    assert not {f'{entry.number} {fault}' for fault in faults} - OTHERWISE


def test_each_exception_is_needed():
    found = {f'{entry.number} {fault}' for entry in sections.sections()
             for fault in Wiring(entry.path.read_text(encoding='utf-8')).faults}
    assert not OTHERWISE - found


@pytest.mark.parametrize('body, fault', [
    ('f(lr, n)', None), ('f(n=n, lr=2 * lr)', None), 
    ('sizes = lr, n\n f(*sizes)', None), ("T({'learning_rate': lr}, n)", None),
    ('d2l.sgd(params, lr, n)', None), ('f(lr)', 'run f n: left out'),
    ('f(n, lr)', 'run f lr: n'), ('sizes = n, lr\n f(*sizes)', 'run f lr: n'),
    ('f(lr, 5) + n', 'run f n: 5'), ('f(lr, 5)', 'run reads no n'),
    ("T({'learning_rate': n}, lr)", 'run dict learning_rate: n'),
    ('d2l.sgd(params, n, lr)', 'run d2l.sgd lr: n'),
    ('g = lambda: f(n, n)\n return lr', 'run f lr: n')])
def test_an_option_left_out_or_exchanged_is_found(body, fault):
    faults = Wiring(f'def f(lr, n=1): return lr + n\n'
                    f'def run(*, lr=1, n=2):\n {body}').faults
    assert fault in faults if fault else not faults
