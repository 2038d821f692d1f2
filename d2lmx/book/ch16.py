"""Training and evaluation of recommender systems as chapter 16 spells them."""
import numpy as onp
from mxnet import autograd

from ..data.tables.feedback import as_matrix
from ..errors import InputError
from ..runtime.checks import check_whole, listed
from ..runtime.devices import try_all_gpus
from ..train.clicks import click_logits, click_scores, show_calibration, train_clicks
from ..train.engine import fit
from ..train.joint import Measure
from ..train.ranking import hits_and_aucs, ranking_loss, rating_loss, score_items
from ..train.step import Step
from ..train.steps import measured_step
from ..viz.animator import Animator
from .ch03 import animate

__all__ = ['train_recsys_rating', 'hit_and_auc', 'evaluate_ranking', 'train_ranking',
           'recommend', 'compare_clicks', 'SUMMED_LOSS']

K = 50  # items that the pages of 16.6 and 16.7 recommend
# what the pages print for the loss, beside it in the history
SUMMED_LOSS = 'train loss, summed up as the page does'


class SummedStep(Step):
    """A step that also reports the loss as the pages of this chapter sum it up.

    They add the losses of all batches so far anew at each batch, and divide by the
    number of examples: batch j of n counts n - j + 1 times. share: the share of a
    batch's summed loss that the page adds, of its number of examples. The number of an
    epoch is in ``epoch``, those before a training was resumed among them.
    """

    def __init__(self, step, batches, share):
        self.epoch = {'number': 0}
        super().__init__(trains=(*step.trains, self.epoch))
        self.graphs = step.graphs
        self.step, self.batches, self.share = step, batches, share
        self.left = 0  # batches of this epoch that are still to come

    def begin_epoch(self):
        self.left = len(self.batches)
        self.epoch['number'] += 1

    def __call__(self, *batch):
        stats = self.step(*batch)
        total, count = stats['train loss']
        weight = self.left * self.share(count) if count else 0
        stats[SUMMED_LOSS] = total * weight, count
        self.left -= 1
        return stats


class Arranged:
    """The same batches, each as ``arrange(batch)`` gives it."""

    def __init__(self, batches, arrange):
        self.batches, self.arrange = batches, arrange
        self.is_shared = getattr(batches, 'is_shared', False)

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        return map(self.arrange, self.batches)


def as_list(batch):
    """Of one array the features and the ratings."""
    return batch if isinstance(batch, (list, tuple)) else [batch, batch]


def as_pairs(batch):
    """Items taken and those not taken in one type, and in the shape of the latter."""
    *features, positive, negative = batch
    if negative.size != positive.size:
        raise InputError('a batch must end with as many items not taken as taken, got '
                         f'{negative.shape} and {positive.shape}')
    if negative.dtype != positive.dtype:
        dtype = onp.result_type(negative.dtype, positive.dtype)
        positive, negative = positive.astype(dtype), negative.astype(dtype)
    if negative.shape != positive.shape:
        positive = positive.reshape(negative.shape)
    return [*features, positive, negative]


def train_recsys_rating(net, train_iter, test_iter, loss, trainer, num_epochs,
                        devices=None, evaluator=None, **kwargs):
    """Train on ratings, with a test after each epoch; returns the `History`.

    Beside 'train loss', the mean of an epoch's losses, stands what the page prints,
    which adds them up anew at each batch. Prints the page's lines.

    Parameters
    ----------
    net
        ``net(*features)``, such as of users and items (batch,).
    train_iter
        Batches: features, and the ratings last; or one array that is both.
    test_iter
        What evaluator takes.
    loss
        ``loss(net(*features), ratings)``, one value an example.
    devices
        A list, over which batches are split; None: those of the run, or that hold net.
    evaluator
        ``evaluator(net, test_iter, devices)`` gives the root mean squared error on
        test_iter; it gets what kwargs holds before devices.

    Book: 16.3 (sec_mf)
    """
    if evaluator is None:
        raise InputError('evaluator must be a function that gives the test RMSE')
    devices = devices or try_all_gpus()
    batches = Arranged(train_iter, as_list)
    measure = Measure(['train loss'], rating_loss, net, loss)
    # book: its loss is a running sum, which is added up once more at each batch
    step = SummedStep(measured_step(net, measure, trainer, devices), batches,
                      share=lambda count: 1 / count)
    animator = Animator(xlabel='epoch', ylabel='loss, RMSE', xlim=[1, num_epochs],
                        ylim=[0, 2], legend=['train loss', 'test RMSE'])
    history = fit(step, batches, num_epochs, watch=animate(animator),
                  evaluate=lambda: {'test RMSE': evaluator(
                      net, test_iter, *kwargs.values(), devices)})
    print(f'train loss {history["train loss"]:.3f}, '
          f'test RMSE {history["test RMSE"]:.3f}')
    # book: counts the numbers in a batch's first array, for AutoRec all cells of rows
    print(f'{history.examples_per_sec:.1f} examples/sec on '
          f'{", ".join(map(str, devices))}')
    return history


def hit_and_auc(rankedlist, test_matrix, k: int):
    """How many of the first k are right, and the share of others below the first right.

    rankedlist: items, the best first; test_matrix: those that are right. The area is 0
    where none of them is in the list. `hits_and_aucs` does it for all users at once.

    Book: 16.6 (sec_neumf)
    """
    right = set(test_matrix)
    places = [place for place, item in enumerate(rankedlist) if item in right]
    others = len(rankedlist) - 1
    auc = (others - places[0]) / max(others, 1) if places else 0
    return sum(place < k for place in places), auc


def evaluate_ranking(net, test_input, seq, candidates, num_users, num_items, devices):
    """The mean hit rate among the 50 best items, and the mean AUC, of all users.

    Ranked are, for each user, all items that are not in candidates.

    Parameters
    ----------
    net, seq, devices
        As of `score_items`; seq may be None.
    test_input, candidates
        {user: items}: those that ought to be ranked first, and those already taken.

    Book: 16.6 (sec_neumf)
    """
    # book: loops over users, and ranks for each only the first num_users items
    with autograd.predict_mode():
        scores = score_items(net, num_users, num_items, seq, devices)
    hits, aucs = hits_and_aucs(scores, as_matrix(candidates, num_users, num_items),
                               as_matrix(test_input, num_users, num_items), K)
    return hits.mean(), aucs.mean()


def train_ranking(net, train_iter, test_iter, loss, trainer, test_seq_iter, num_users,
                  num_items, num_epochs, devices, evaluator, candidates, eval_step=1):
    """Train to rank what users took above what they did not; returns the `History`.

    Beside 'train loss', the mean of an example, stands what the page prints, as in
    `train_recsys_rating`. Prints the page's lines.

    Parameters
    ----------
    net
        ``net(users, ..., items)``, a score for each row.
    train_iter
        Batches: users, what else net takes, items taken, and as many not taken.
    test_iter, test_seq_iter, num_users, num_items, candidates
        What evaluator takes, a function called as `evaluate_ranking` is, after each
        eval_step epochs.
    loss
        ``loss(positive, negative)`` of the two scores, such as `BPRLoss`.
    devices
        A list, over which batches are split.

    Book: 16.6 (sec_neumf)
    """
    check_whole(eval_step=eval_step)
    devices = devices or try_all_gpus()
    batches = Arranged(train_iter, as_pairs)
    measure = Measure(['train loss'], ranking_loss, net, loss)

    def evaluate():
        number = step.epoch['number']
        if number % eval_step and number < num_epochs:
            return {}
        hit_rate, auc = evaluator(net, test_iter, test_seq_iter, candidates, num_users,
                                  num_items, devices)
        return {'test hit rate': hit_rate, 'test AUC': auc}

    # book: a running sum, as of train_recsys_rating
    step = SummedStep(measured_step(net, measure, trainer, devices), batches,
                      share=lambda count: 1 / len(devices))
    animator = Animator(xlabel='epoch', ylabel='hit rate, AUC', xlim=[1, num_epochs],
                        ylim=[0, 1], legend=['test hit rate', 'test AUC'])
    history = fit(step, batches, num_epochs, evaluate=evaluate,
                  watch=animate(animator))
    print(f'train loss {history["train loss"]:.3f}, '
          f'test hit rate {history["test hit rate"]:.3f}, '
          f'test AUC {history["test AUC"]:.3f}')
    print(f'{history.examples_per_sec:.1f} examples/sec on '
          f'{", ".join(map(str, devices))}')
    return history


def recommend(model, users, top: int) -> list:
    """For each user a dict of 'user' and 'films': the best `top` that they have not
    rated, with title and score, the best first.

    model: of `load_model`; it scores users and items, int32 from 0 on, between which
    stand the user's last items where it has 'recent', (num_users, L). It has the
    'titles' of all items, and 'seen', the items of each user. users: numbers from 1 on,
    as text. InputError for one that is unknown.

    Ours, for 16.3
    """
    check_whole(top=top)
    titles, seen = model.about['titles'], model.about['seen']
    recent = listed(model, 'recent', len(seen)) if 'recent' in model.about else None
    results = []
    for word in users:
        user = _number(word, len(seen)) - 1
        items = onp.setdiff1d(onp.arange(len(titles), dtype='int32'), seen[user])
        rows = [onp.full(len(items), user, 'int32')]
        if recent:
            rows.append(onp.tile(onp.array(recent[user], 'int32'), (len(items), 1)))
        scores = (model(*rows, items.astype('int32')).asnumpy().reshape(-1)
                  if len(items) else onp.zeros(0))
        best = onp.argsort(-scores, kind='stable')[:top]
        results.append({'user': user + 1, 'films': [
            {'title': titles[items[i]], 'score': float(scores[i])} for i in best]})
    return results


def _number(word, num_users) -> int:
    """A user's number; InputError for one who has rated nothing."""
    text = str(word).strip()
    if not text.isdecimal() or not 1 <= int(text) <= num_users:
        raise InputError(f'the user {text[:60]!r} is unknown: users of this model are '
                         f'1 to {num_users}')
    return int(text)


def compare_clicks(nets: dict, train_iter, test_iter, num_epochs: int, lr: float,
                   devices, weight_decay: float, twice: str):
    """Train and test networks of clicks: the `History` of the first, and a dict.

    The dict has, for each network, the mean loss of its last epoch and what
    `click_scores` says of it, and the scores of the share of clicks in the test, which
    knows nothing of an example. Draws how the first one learns, and how well all are
    calibrated.

    Parameters
    ----------
    nets
        {name: network}, initialized, on the devices.
    train_iter, test_iter, num_epochs, lr, devices, weight_decay
        As of `train_clicks`.
    twice
        The name of the network that is trained with two sigmoids, as of `click_step`.

    Ours, for 16.9
    """
    animator = Animator('epoch', 'loss, accuracy, AUC', xlim=[1, num_epochs],
                        ylim=[0, 1],
                        legend=['train loss', 'train acc', 'test log loss', 'test AUC'])
    first = next(iter(nets))
    # book: train_ch13, whose accuracy is how often a probability is equal to the label
    histories = {name: train_clicks(net, train_iter, test_iter, num_epochs, lr, devices,
                                    2 if name == twice else 1, weight_decay,
                                    animate(animator) if name == first else None)
                 for name, net in nets.items()}
    features, y = test_iter.arrays
    logits = {name: click_logits(net, features, devices[0])
              for name, net in nets.items()}
    show_calibration(logits, y)
    share = float(y.mean())
    constant = onp.full(y.shape, onp.log(share / (1 - share)))
    return histories[first], {
        **{name: {'train loss': histories[name]['train loss'],
                  **click_scores(values, y)} for name, values in logits.items()},
        'the share of clicks alone': click_scores(constant, y)}
