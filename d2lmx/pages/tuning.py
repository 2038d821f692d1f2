"""A search over a section's options, by Optuna: each trial is a run, by a process.

What a search knows is in two places of its folder: ``trials.log``, Optuna's storage,
has what was proposed and how it ended, ``trials/7/`` the results of a trial. After a
kill these go on: the sampler of each trial has a seed of its own, so that what is
proposed next does not depend on when a process began.
"""
import contextlib
import fcntl
import math
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, MissingPackage, Unavailable
from ..files.whole import writing
from ..version import VERSION
from .apart import last_line, saved
from .checks import record_of, words_of
from .measures import GOALS, default_metric, goal_of, names_of
from .printed import number_at
from .results import as_json, write_json
from .spaces import grid

STORAGE, RESULT = 'trials.log', 'tune.json'
DONE, FAILED = 'done', 'failed'
NO_NUMBERS = 'nan', 'inf', '-inf'  # as results have them


@dataclass(frozen=True)
class Plan:
    """What is searched, and how."""

    section: object
    module: object
    words: list      # of every trial's command line
    args: object     # the runner's own options in them
    options: dict    # the section's; of those that are searched, the defaults
    space: dict      # {name: `Dimension`}
    metric: str      # '': the first result decides
    goal: str        # 'minimize', 'maximize', or '': the metric's name says
    num_trials: int
    folder: Path

    @property
    def fixed(self) -> dict:
        """The section's options that are not searched."""
        return {name: value for name, value in self.options.items()
                if name not in self.space}

    @property
    def about(self) -> dict:
        """What all trials of a search have in common, as JSON values."""
        return as_json({
            'section': self.section.number or str(self.section.path),
            'ranges': {name: part.text for name, part in self.space.items()},
            'options': self.fixed,
            'metric': self.metric, 'goal': self.goal, 'seed': self.args.seed,
            'data': self.args.data, 'smoke': self.args.smoke,
            'hybridized': self.args.hybridize, 'd2lmx': VERSION})

    def place(self, number: int) -> Path:
        """Where the results folder of a trial is made."""
        return self.folder / 'trials' / str(number)


def search(plan: Plan, again: bool = False, watch=None) -> dict:
    """Run the trials that are left, and write what was found: the record of all.

    again: what an earlier search left is removed. watch: called with the rows so far
    before each trial. InputError where the folder holds a search of other ranges or
    options, or where a result has no such metric; MissingPackage without Optuna.
    """
    with alone(plan.folder):
        study, combinations = opened(plan, again), grid(plan.space, plan.num_trials)
        while len(rows := rows_of(plan, study)) < plan.num_trials:
            if watch:
                watch(rows)
            tried = [row['values'] for row in rows]
            if untried := [values for values in combinations if values not in tried]:
                study.enqueue_trial(untried[0], skip_if_exists=True)
            number, params = proposed(plan, study)
            value = value_of(plan, study, number, values_of(plan, params))
            study.tell(number, value, None if value is not None else a_failure())
            write_json(plan.folder / RESULT, record_of_all(plan, study))
        record = record_of_all(plan, study)
        write_json(plan.folder / RESULT, record)
        return record


@contextlib.contextmanager
def alone(folder):
    """Hold a search's folder; InputError where another process does."""
    lock = folder.parent / f'.{folder.name}.lock'
    with writing(lock):
        folder.parent.mkdir(parents=True, exist_ok=True)
        file = open(lock, 'wb')
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f'another process searches in {folder}: wait for it, or '
                             'choose another folder with --out') from error
        yield


# ---- Optuna's side


def opened(plan, again: bool):
    """The study of a plan: its trials so far, or none yet."""
    optuna = optuna_itself()
    if again:
        shutil.rmtree(plan.folder, ignore_errors=True)
    study = study_in(optuna, plan.folder)
    before = study.user_attrs.get('about', plan.about)
    changed = [name for name in plan.about if plan.about[name] != before.get(name)]
    if changed and any(trial.state.is_finished() for trial in study.trials):
        name = changed[0]
        raise InputError(f'{plan.folder} holds a search with other {name} '
                         f'({before.get(name)}, not {plan.about[name]}): choose '
                         'another folder with --out, or begin anew with --again')
    if changed:
        shutil.rmtree(plan.folder)
        study = study_in(optuna, plan.folder)
    study.set_user_attr('about', plan.about)
    return study


def study_in(optuna, folder):
    """The study that a folder's storage holds; a new one where there is none.

    It minimizes a cost, which is minus the value of what is to be large.
    """
    from optuna.storages.journal import JournalFileBackend
    with writing(folder):
        folder.mkdir(exist_ok=True)
        try:
            return optuna.create_study(study_name='d2lmx', load_if_exists=True, storage=
                                       optuna.storages.JournalStorage(
                                           JournalFileBackend(str(folder / STORAGE))))
        except ValueError as error:
            raise Unavailable(f'{folder / STORAGE} is damaged ({error}): begin anew '
                              'with --again') from error


def optuna_itself():
    """The package, whose own log is silent; MissingPackage."""
    try:
        import optuna
    except ImportError as error:
        raise MissingPackage('a search needs the package optuna: pip install optuna'
                             ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def proposed(plan, study) -> tuple:
    """(number, params) of the trial to run: one that was interrupted, or a new one."""
    import optuna
    for trial in study.trials:
        if trial.state == optuna.trial.TrialState.RUNNING:
            if set(trial.params) == set(plan.space):
                return trial.number, trial.params
            study.tell(trial.number, state=a_failure())  # killed while it was proposed
    chance = random.Random(f'{plan.args.seed} {len(study.trials)}')
    study.sampler = optuna.samplers.TPESampler(seed=chance.randrange(2 ** 32))
    trial = study.ask({name: distribution(part) for name, part in plan.space.items()})
    return trial.number, trial.params


def distribution(part):
    """A `Dimension` in Optuna's words."""
    from optuna import distributions as kinds
    if part.choices:
        return kinds.CategoricalDistribution(part.choices)
    kind = kinds.IntDistribution if part.kind is int else kinds.FloatDistribution
    return kind(part.low, part.high, log=part.log)


def a_failure():
    """The state of a trial without a value."""
    from optuna.trial import TrialState
    return TrialState.FAIL


# ---- trials


def values_of(plan, params) -> dict:
    """The options that a trial is run with."""
    return {name: part.rounded(params[name]) for name, part in plan.space.items()}


def value_of(plan, study, number, values):
    """Run a trial, unless it was; its cost, or None where it failed."""
    try:
        record = record_of(plan.section, plan.module, [*plan.words, *words_of(values)],
                           plan.place(number))
    except Unavailable:
        return None
    metric = plan.metric or default_metric(record['result'])
    study.set_user_attr('metric', metric)
    value = number_at(record['result'], metric)
    if isinstance(value, str) and value not in NO_NUMBERS:
        raise InputError(f'{value} in the result of section '
                         f'{plan.section.number or plan.section.name}, which has '
                         f'{names_of(record["result"])}')
    return None if isinstance(value, str) else sign_of(plan, metric) * value


def sign_of(plan, metric) -> int:
    """By what a value of the metric becomes a cost."""
    return GOALS[plan.goal or goal_of(metric)]


def rows_of(plan, study) -> list:
    """A row for each trial that ended, in their order; see `record_of_all`."""
    return [row_of(plan, trial, study.user_attrs.get('metric'))
            for trial in study.trials
            if trial.state.is_finished() and set(trial.params) == set(plan.space)]


def row_of(plan, trial, metric) -> dict:
    """How a trial stands."""
    record = saved(plan.section, plan.place(trial.number))
    row = {'trial': trial.number, 'values': values_of(plan, trial.params),
           'value': None, 'state': FAILED, 'reason': '',
           'seconds': record and record['timing']['total_seconds']}
    if trial.value is not None:
        return {**row, 'value': sign_of(plan, metric) * trial.value, 'state': DONE}
    if record:
        return {**row, 'reason': f'{metric} is {number_at(record["result"], metric)}'}
    log = plan.place(trial.number) / 'logs' / f'{plan.section.slug}.txt'
    return {**row, 'reason': log.is_file() and last_line(log)
            or 'its process ended without a word'}


def record_of_all(plan, study) -> dict:
    """What a search has found, as JSON values.

    'trials' has a row for each: 'trial', its number; 'values' {name: value}; 'value' of
    the metric, or None; 'state', DONE or FAILED; 'reason' of a failure; 'seconds'.
    'best' is the row with the best value, or None, and 'command' what repeats it.
    """
    rows, metric = rows_of(plan, study), study.user_attrs.get('metric')
    done = [row for row in rows if row['state'] == DONE]
    best = min(done, key=lambda row: sign_of(plan, metric) * row['value'], default=None)
    made = best and saved(plan.section, plan.place(best['trial'])) or {}
    return as_json({
        **plan.about, 'name': plan.section.name, 'title': plan.section.title,
        'metric': metric, 'goal': metric and (plan.goal or goal_of(metric)),
        'best': best, 'command': best and command_of(plan, best['values']),
        'trials': rows, 'files': made.get('files'), 'device': made.get('device'),
        'data': made.get('data'), 'versions': {**made.get('versions', {}),
                                               'optuna': optuna_itself().__version__},
        'timing': {'total_seconds': math.fsum(row['seconds'] or 0 for row in rows)}})


def command_of(plan, values) -> list:
    """The words of the command that repeats a trial."""
    return ['d2lmx', 'run', plan.section.number or str(plan.section.path),
            *plan.words, *words_of(values)]  # as the trial had them
