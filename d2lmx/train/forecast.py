"""How long a training will take, said where that is long."""
import logging

from ..context import current
from ..runtime.timing import Timer

LOG = logging.getLogger('d2lmx')
LONG = 10 * 60  # seconds that a training may take without a word
TRIAL = 10      # seconds, at least, whose batches tell how fast it is


class Forecast:
    """Warns once, early on, where a training will take long.

    run_ahead: batches that may be queued and not computed yet. The clock starts when
    one more is queued: the first, for which the network compiles, is over then.
    """

    def __init__(self, run_ahead: int):
        self._timed = -run_ahead - 1  # batches since the clock started
        self._timer, self._over = Timer(), False

    def add(self, num_left: int) -> None:
        """A batch is queued, and num_left more are to come."""
        self._timed += 1
        if self._timed <= 0:
            self._timer.start()
        elif not self._over and self._timer.stop() >= TRIAL:
            self._over = True
            self._warn(self._timer.times[-1] / self._timed, num_left)

    @staticmethod
    def _warn(seconds, num_left):
        """Tell the first worker's reader, at so many seconds a batch."""
        if seconds * num_left > LONG and current().workers.rank == 0:
            LOG.warning('this training goes on for about %.0f minutes (%.2g seconds a '
                        'batch): fewer epochs or smaller inputs take less',
                        seconds * num_left / 60, seconds)
