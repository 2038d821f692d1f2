"""Networks of clicks, each with the options that a search has found for it."""
from mxnet import gluon, init, np

from ..data.tables.clicks import load_data_ctr
from ..models.clicks import LogisticRegression
from ..runtime.devices import try_all_gpus
from ..train.clicks import auc_gain, click_logits, click_step, log_loss, roc_auc
from ..train.engine import fit
from .claims import claim, exceeds, over_seeds

__all__ = ['tuned_logits', 'claim_of_clicks']

LINEAR = 'logistic regression'
# what a search by five parts of the training data in turn has chosen for it
REGRESSION = dict(lr=.005, num_epochs=12, embeddings=dict(fc=(.004, 0)))
ERRORS = 2  # standard errors that a gain must have to be more than chance


def tuned_logits(build_net, *, lr: float, num_epochs: int, embeddings: dict,
                 batch_size: int = 256, min_threshold: int = 2):
    """Train a network of clicks by Adam, weights of embeddings decaying: the logits of
    the test, and its clicks, NumPy arrays (examples, 1).

    Parameters
    ----------
    build_net
        ``build_net(field_dims)``: a network as of 16.9, whose ``linear_layer`` scales
        the sum of weights. The scale stays 1: it does not decay, and would undo that
        the weights do.
    embeddings
        {its name: (how much its weights decay, their standard deviation at the start)}.
    min_threshold
        As of `CTRDataset`.

    Ours, for 16.9
    """
    train_iter, test_iter, data = load_data_ctr(batch_size, min_threshold)
    devices, net = try_all_gpus(), build_net(data.field_dims)
    net.initialize(init.Xavier(), ctx=devices)
    net.collect_params().setattr('wd_mult', 0)
    for name, (decay, deviation) in embeddings.items():
        embedding = getattr(net, name)
        embedding.initialize(init.Normal(deviation), ctx=devices, force_reinit=True)
        embedding.weight.wd_mult = decay
    net.linear_layer.weight.set_data(np.ones((1, 1)))
    net.linear_layer.weight.lr_mult = 0
    trainer = gluon.Trainer(net.collect_params(), 'adam',
                            {'learning_rate': lr, 'wd': 1})
    fit(click_step(net, trainer, devices), train_iter, num_epochs)
    features, y = test_iter.arrays
    return click_logits(net, features, devices[0]), y


def claim_of_clicks(name: str, build_net, num_seeds: int, **options) -> dict:
    """A `claim`: a network of clicks is better than logistic regression, in AUC and log
    loss of the test, each with the options that suit it.

    It holds where over the seeds both are better by more than chance, and the gain in
    AUC, in the mean, is more than two of its standard errors over lines.

    name: the network's; build_net, options: as of `tuned_logits`.

    Ours, for 16.9
    """
    def measure():
        of_net, y = tuned_logits(build_net, **options)
        of_regression, _ = tuned_logits(LogisticRegression, **REGRESSION)
        gain, error = auc_gain(of_net, of_regression, y)
        return {f'AUC, {name}': roc_auc(of_net, y),
                f'AUC, {LINEAR}': roc_auc(of_regression, y),
                'gain in AUC': gain, 'its standard error': error,
                f'log loss, {name}': log_loss(of_net, y),
                f'log loss, {LINEAR}': log_loss(of_regression, y)}

    found = over_seeds(measure, num_seeds)
    gain, error = (sum(found[number]) / num_seeds
                   for number in ('gain in AUC', 'its standard error'))
    holds = (gain > ERRORS * error
             and exceeds(found[f'AUC, {name}'], found[f'AUC, {LINEAR}'])
             and exceeds(found[f'log loss, {LINEAR}'], found[f'log loss, {name}']))
    return claim(f'{name} is better than {LINEAR}, each with the options that suit it',
                 found, holds)
