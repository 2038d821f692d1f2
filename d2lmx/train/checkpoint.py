"""Checkpoints: a training that was killed goes on as if nothing had happened."""
import fcntl
import hashlib
import io
import json
import os
import time
import zipfile
from pathlib import Path

import numpy as onp

from ..context import current, running
from ..errors import InputError, Unavailable
from ..files.whole import whole_file
from ..metrics import History
from ..runtime.devices import set_seed
from .state import capture, parts_of, restore

__all__ = ['Checkpoints', 'CheckpointError', 'epochs']

FORMAT = 4      # of the files; another number where what they hold changes
COUNTED = ('examples', 'tokens', 'seconds', 'waiting')  # of a history


class CheckpointError(Unavailable, OSError):
    """A checkpoint cannot be read or written.

    Ours, for 5.5
    """


class Checkpoints:
    """``with Checkpoints(folder):`` saves every training inside, by `fit` or `epochs`.

    Each training has its own file, which holds parameters, trainer states, history and
    the number of epochs done, and is replaced as a whole after an epoch: a process that
    is killed at any moment leaves the last one. With resume=True, the same program goes
    on from there, and ends with the same numbers, bit by bit. For that, each epoch
    starts from a random seed of its own, which MXNet's random state, as it cannot be
    read, makes necessary: a run with checkpoints repeats itself, not the run without.

    Parameters
    ----------
    folder
        Where the files are; made at need. ValueError where it holds a checkpoint
        already, unless resume.
    resume
        Continue what the folder holds; where it holds nothing, start.
    seed
        All seeds of epochs follow from it.
    run
        JSON values that must be those of the resumed run, such as its options:
        ValueError, naming what differs, where they are not.
    data
        ``data() -> {name: value}``, as `run`, but asked when a training begins.
    machine
        JSON values of which the last bits may depend, such as the number of threads;
        `changed` says in words which were others when the checkpoint was made.
    writes
        False: resume alike, but save nothing, as all workers but one should where
        several processes train together.
    overhead
        Saving takes at most about this share of the time: an epoch that ends sooner is
        not saved, but for the last.

    Ours, for 5.5
    """

    def __init__(self, folder, *, resume: bool = False, seed: int = 0, run=None,
                 data=None, machine=None, writes: bool = True,
                 overhead: float = 0.05):
        self.folder = Path(folder)
        self.resume = resume
        self.seed = seed
        self.run = _as_saved({'seed': seed, **(run or {})})
        self.data = data or dict
        self.machine = _as_saved(machine or {})
        self.writes = writes
        self.overhead = overhead
        self.resumed = None   # {'fit': the last one restored, 'epoch': its epochs done}
        self.num_fits = 0     # trainings begun
        self.found, self.changed = False, ''  # the folder's, once it is entered
        self._lock = None

    def __enter__(self):
        others = current().checkpoints
        if others is not None:
            raise InputError(f'checkpoints are being saved to {others.folder} already')
        saved = sorted(self.folder.glob('fit-*.npz'))
        if saved and not self.resume:
            raise InputError(f'{self.folder} holds a checkpoint already: continue it '
                             'with resume (--resume), or choose another folder')
        if saved:
            about, _ = read(saved[0])
            self._compare(about['run'], self.run)
            self.found, self.changed = True, differences(about['machine'], self.machine)
        self._running = running(checkpoints=self)
        self._running.__enter__()
        return self

    def __exit__(self, *error):
        self._running.__exit__(*error)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def restart(self) -> None:
        """Count trainings from the first again: the program starts anew."""
        self.num_fits = 0

    def epochs(self, num_epochs, state, history, watch):
        """As the function `epochs`."""
        self.num_fits += 1
        fit, path = self.num_fits, self.folder / f'fit-{self.num_fits:03d}.npz'
        parts_of(state)  # complains before the first epoch, not after it
        self._hold_folder()
        about = _as_saved({'number of epochs': num_epochs, **self.data()})
        done = 0
        if self.resume and path.exists():
            done = self._restore(path, about, state, history, watch)
            self.resumed = {'fit': fit, 'epoch': done}
        workers = current().workers
        if workers.sum([done])[0] != done * workers.size:  # which waits for all workers
            raise CheckpointError(f'the workers found different checkpoints in '
                                  f'{self.folder}, here after epoch {done}: copy that '
                                  'of the first worker to all machines')
        saved_at, cost = time.monotonic(), 0.0
        for epoch in range(done, num_epochs):
            set_seed(self._epoch_seed(fit, epoch))
            yield epoch
            begin = time.monotonic()
            if not self.writes:
                continue
            if epoch + 1 == num_epochs or begin - saved_at >= cost / self.overhead:
                self._save(path, about, epoch + 1, state, history)
                saved_at = time.monotonic()
                cost = saved_at - begin
        set_seed(self._epoch_seed(fit, num_epochs))  # for what follows the training

    def _epoch_seed(self, fit, epoch) -> int:
        sequence = onp.random.SeedSequence([self.seed, fit, epoch])
        return int(sequence.generate_state(1)[0])

    def _hold_folder(self):
        """Make the folder, and keep other processes out of it until the end."""
        if not self.writes or self._lock is not None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = open(self.folder / 'lock', 'wb')
        except OSError as error:
            raise CheckpointError(f'cannot save checkpoints to {self.folder}: '
                                  f'{error.strerror}') from error
        try:  # no flock: loading processes, which outlive a killed one, would hold it
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise CheckpointError(f'another run is saving to {self.folder}: wait for '
                                  'its end, or choose another folder') from error
        self._lock = lock

    def _compare(self, saved, now):
        """ValueError, naming what differs, unless both dicts are equal."""
        if saved != now:
            raise InputError(f'{self.folder} holds the checkpoint of another run: '
                             f'{differences(saved, now)}')

    def _save(self, path, about, done, state, history):
        """Write one training's file; it appears whole or not at all."""
        parts = capture(state)
        history = history or History()
        about = {'format': FORMAT, 'run': self.run, 'training': about,
                 'machine': self.machine, 'epochs done': done, 'series': history.series,
                 **{name: getattr(history, name) for name in COUNTED},
                 'parts': [(name, len(arrays), value) for name, arrays, value in parts]}
        arrays = {'about': onp.frombuffer(json.dumps(about).encode(), onp.uint8),
                  **{f'{name}.{i}': array for name, arrays, _ in parts
                     for i, array in enumerate(arrays)}}
        content = io.BytesIO()
        onp.savez(content, digest=digest(arrays), **arrays)
        try:
            with whole_file(path) as part, open(part, 'wb') as file:
                file.write(content.getbuffer())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise CheckpointError(f'cannot write the checkpoint {path}: '
                                  f'{error.strerror or error}') from error

    def _restore(self, path, now, state, history, watch) -> int:
        """Put a training back where it was; how many epochs it has done."""
        about, parts = read(path)
        self._compare(about['run'], self.run)
        self._compare(about['training'], now)
        try:
            restore(state, parts)
        except InputError as error:
            raise InputError(f'{path} does not fit this training: {error}') from error
        if history is not None:
            replay(about['series'], history, watch)
            for name in COUNTED:
                setattr(history, name, about[name])
        return about['epochs done']


def epochs(num_epochs: int, state=None, history: History = None, watch=None):
    """The numbers 0, 1, ... num_epochs - 1, for a loop over epochs.

    Inside `Checkpoints`, what is known by `state` (see `fit`) and the history are saved
    when an epoch's body has run; a resumed loop puts them back, calls
    ``watch(history)`` as often as before, and goes on with the first epoch that is not
    done. Without, this is ``range(num_epochs)``. ValueError for num_epochs below 1.

    Ours, for 3.2
    """
    if num_epochs < 1:
        raise InputError(f'num_epochs must be at least 1, got {num_epochs}')
    checkpoints = current().checkpoints
    if checkpoints is None:
        return range(num_epochs)
    return checkpoints.epochs(num_epochs, state, history, watch)


def read(path: Path):
    """What a file holds: (its dict about itself, parts as `capture` gives them).

    CheckpointError where it cannot be read, is damaged, or is not what was saved.
    """
    try:
        with onp.load(path, allow_pickle=False) as file:
            if any(member.compress_type for member in file.zip.infolist()):
                raise ValueError('its arrays are compressed, as none are that we save')
            content = {name: file[name] for name in file.files}  # checks every CRC
        saved = content.pop('digest', None)
        if saved is not None and not onp.array_equal(saved, digest(content)):
            raise ValueError('it was changed after it was saved')
        about = json.loads(content.pop('about').tobytes())
        if about['format'] != FORMAT:
            raise ValueError(f'it has format {about["format"]}, not {FORMAT}')
        if saved is None:
            raise ValueError('it lacks its digest')
        return about, [(name, [content[f'{name}.{i}'] for i in range(count)], value)
                       for name, count, value in about['parts']]
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError,
            NotImplementedError, RuntimeError, MemoryError, zipfile.BadZipFile
            ) as error:
        raise CheckpointError(f'the checkpoint {path} cannot be read ({error}): delete '
                              'it to repeat that training, or put back a copy'
                              ) from error


def digest(arrays: dict):
    """Of a file's arrays by name: 20 bytes, which tell an edited file from a saved one.

    A file that holds other numbers than a training had is not taken for that training,
    whatever they are; one that diverged goes on with its NaN.
    """
    sha1 = hashlib.sha1()
    for name, array in sorted(arrays.items()):
        sha1.update(f'{name} {array.dtype} {array.shape}\n'.encode())
        sha1.update(array.tobytes())
    return onp.frombuffer(sha1.digest(), onp.uint8)


def replay(series: dict, history: History, watch=None) -> None:
    """Fill a history from saved series, point by point as they once came."""
    points = {}
    for name, pairs in series.items():
        for x, value in pairs:
            points.setdefault(x, {})[name] = value
    for x in sorted(points):
        history.add(x, points[x])
        if watch:
            watch(history)
    history.series = {name: [tuple(pair) for pair in pairs]
                      for name, pairs in series.items()}


def differences(before: dict, now: dict) -> str:
    """Which values of two dicts differ, in words."""
    names = [*now, *(name for name in before if name not in now)]
    return '; '.join(f'{name} was {before.get(name)!r}, is {now.get(name)!r}'
                     for name in names if before.get(name) != now.get(name))


def _as_saved(values: dict) -> dict:
    """The same values as they come back from a file."""
    return json.loads(json.dumps(values, default=str))
