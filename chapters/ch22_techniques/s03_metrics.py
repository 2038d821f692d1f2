"""Metrics: which to use when (评价指标：何时用哪个)

Source: ROC and precision-recall (Davis and Goadrich, 2006), COCO (Lin et al., 2014)

Each measure answers a question of its own; what is measured here is where two of them
disagree. A network that has learnt a few garments tells shirts from the rest, which are
as many as the shirts or a hundred times as many; its probabilities are cooled by one
temperature. Drawn detections are judged by the rules of VOC and of COCO, masks of
garments by Dice's coefficient and by intersection over union, a fitted plane by
squared, absolute and explained errors, sentences by BLEU, and models of text, whose
tokens are words or letters, by perplexity.
"""
from collections import Counter

import numpy as onp
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels', 'airfoil',
        'fra-eng', 'time_machine')
SMOKE = dict(num_seeds=1, num_epochs=1, num_train=200, num_test=400, num_scenes=20,
             num_pairs=300)
RANGES = dict(num_seeds=(1, 100), num_train=(10, 20000), num_test=(200, 20000),
              num_scenes=(10, 10000), num_pairs=(1, 200000))

SHIRT = 6
RARE = 100          # garments of other kinds for each shirt
GROUP = 10          # scenes that are judged together
LOOSE, EXACT = (.9, .1), (.65, .02)  # what a detector finds, and how far its boxes are
WRONG, FAR = .02, 10  # share of labels that are, and by how many deviations
STEADY, WILD = 2, 10  # pixels by which a mask is moved

# which to use when, and when not, by what is measured below
WHEN = {
    'accuracy': ('classes are about as many, and mistakes cost the same',
                 'yes is rare: who always says no is right, too'),
    'recall of each class': ('no class may be forgotten', 'one number is asked for'),
    'top-k accuracy': ('several guesses may be shown', 'the first one is acted upon'),
    'F with beta': ('a threshold is chosen: beta above 1 where a miss costs more than '
                    'a false alarm, below 1 where it costs less',
                    'scores are ranked, or the costs are known'),
    'AUC': ('yes shall stand before no, whatever their shares',
            'yes is rare and what is found is looked through: it does not fall'),
    'average precision': ('yes is rare and what is found is looked through',
                          'sets with other shares of yes are compared'),
    'log loss, calibration error': ('probabilities themselves are used',
                                    'the order alone is'),
    'mAP of VOC': ('it counts that objects are found', 'boxes have to be exact'),
    'mAP of COCO': ('boxes have to be exact', 'it counts that objects are found'),
    'IoU': ('right masks shall outweigh poor ones', 'all masks shall be fair'),
    'Dice': ('all masks shall be fair', 'right masks shall outweigh poor ones'),
    'RMSE': ('large errors are worse than many small ones', 'some labels are wrong'),
    'MAE': ('some labels are wrong', 'large errors are worse than many small ones'),
    'R2': ('models are compared on the same data',
           'data of another range are compared'),
    'BLEU': ('systems are compared on many sentences and the same references',
             'a sentence is judged by its meaning'),
    'perplexity': ('models have the same tokens', 'their tokens are of other lengths')}


def build_net():
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(16, kernel_size=5, strides=2, activation='relu'),
            nn.Conv2D(32, kernel_size=3, strides=2, activation='relu'),
            nn.Dense(64, activation='relu'), nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def scores_of(net, X):
    """What a network says of pictures X (n, 1, 28, 28), in parts: (n, 10), float64."""
    return onp.concatenate([net(np.array(part, ctx=d2l.try_gpu())).asnumpy() for part
                            in onp.array_split(X, 1 + len(X) // 1000)]).astype(float)


def logits_of(scores, label):
    """The logit of one class against all others, of scores (n, classes): (n,)."""
    others = onp.delete(scores, label, axis=1)
    return scores[:, label] - onp.logaddexp.reduce(others, axis=1)


# ---- yes or no


def at_shares(logits, is_shirt):
    """{'even', 'rare': (logits, y)}: as many others as shirts, or RARE for each."""
    shirts, others = onp.flatnonzero(is_shirt), onp.flatnonzero(~is_shirt)
    few = max(1, len(others) // RARE)
    rows = {'even': (shirts, others[:len(shirts)]), 'rare': (shirts[:few], others)}
    return {name: [array[onp.concatenate(parts)] for array in (logits, is_shirt)]
            for name, parts in rows.items()}


def judge_shares(parts):
    """AUC and average precision at both shares, and accuracies where shirts are rare.
    """
    row = {}
    for name, (logits, y) in parts.items():
        row[f'AUC, {name}'] = d2l.roc_auc(logits, y)
        row[f'AP, {name}'] = d2l.average_precision(logits, y)
    logits, y = parts['rare']
    return {**row, 'accuracy, rare': onp.mean((logits > 0) == y),
            'accuracy of no, rare': onp.mean(~y),
            'AP of no, rare': d2l.average_precision(onp.zeros(len(y)), y)}


def judge_thresholds(valid, test):
    """Precision and recall on the test of the thresholds with the best F on the valid.
    """
    row, candidates = {}, onp.quantile(valid[0], onp.linspace(0, 1, 101))
    for beta in (.5, 2):
        best = max(candidates, key=lambda threshold: d2l.f_beta(
            valid[1], valid[0] >= threshold, beta))
        found = d2l.precision_recall_f1(test[1], test[0] >= best)
        row.update({f'{name} by F{beta}': found[name]
                    for name in ('precision', 'recall')})
    return row


def judge_probabilities(valid, test):
    """Log loss, calibration and AUC, before and after the valid set's temperature."""
    heats = onp.geomspace(.2, 20, 100)
    heat = min(heats, key=lambda heat: d2l.log_loss(valid[0] / heat, valid[1]))
    row, (logits, y) = {'temperature': heat}, test
    for name, cooled in (('before', logits), ('after', logits / heat)):
        row[f'log loss, {name}'] = d2l.log_loss(cooled, y)
        row[f'calibration error, {name}'] = d2l.calibration_error(
            1 / (1 + onp.exp(-cooled)), y)
        row[f'AUC, {name}'] = d2l.roc_auc(cooled, y)
    return row


def judge_classes(scores, y):
    """Accuracy, the recall of the class that has least, and the right among two."""
    counts = d2l.confusion_matrix(y, scores.argmax(axis=1), 10)
    known = counts.sum(axis=1) > 0
    recalls = onp.diag(counts)[known] / counts.sum(axis=1)[known]
    first, second = (d2l.top_k_accuracy(scores, y, k) for k in (1, 2))
    return {'accuracy': first, 'recall of the worst class': recalls.min(),
            'accuracy of two guesses': second}


def draw(parts, test, heat):
    """Precision over recall and the receiver's curve at both shares; calibration."""
    falls = [d2l.precision_recall_curve(*part)[1::-1] for part in parts.values()]
    rises = [d2l.roc(-logits, y)[:2] for logits, y in parts.values()]
    for curves, xlabel, ylabel in ((falls, 'recall', 'precision'),
                                   (rises, 'wrongly said to be', 'recall')):
        d2l.plot(*zip(*curves), xlabel, ylabel, list(parts), [0, 1], [0, 1.05])
    logits, y = test
    curves = [d2l.calibration(1 / (1 + onp.exp(-part)), y)
              for part in (logits, logits / heat)]
    d2l.plot([[0, 1], *(p for p, _ in curves)], [[0, 1], *(s for _, s in curves)],
             'predicted probability', 'share of shirts', ['right', 'before', 'after'],
             [0, 1], [0, 1], fmts=('k:', '-', 'm--'))


# ---- boxes and masks


def scene():
    """Objects of three classes in a picture of 100 x 100: (n, 5)."""
    n = onp.random.randint(1, 6)
    corners, sides = onp.random.uniform(0, 60, (n, 2)), onp.random.uniform(15, 40,
                                                                           (n, 2))
    return onp.hstack([onp.random.randint(0, 3, (n, 1)), corners, corners + sides])


def detections(objects, finds, jitter):
    """What a detector says of a scene (n, 5): found objects, and boxes of nothing.

    Its scores are higher for the former, in the mean.
    """
    found = objects[onp.random.uniform(size=len(objects)) < finds]
    sides = onp.tile(found[:, 3:] - found[:, 1:3], 2)
    boxes = found[:, 1:] + jitter * sides * onp.random.normal(size=sides.shape)
    right = onp.hstack([found[:, :1], onp.random.uniform(.3, 1, (len(found), 1)),
                        boxes])
    nothing = scene()
    wrong = onp.insert(nothing, 1, onp.random.uniform(0, .8, len(nothing)), axis=1)
    return onp.concatenate([right, wrong])


def judge_boxes(num_scenes):
    """mAP of two detectors by three rules, and how far two are from the area."""
    truth, row = [scene() for _ in range(num_scenes)], {}
    for name, kind in (('loose', LOOSE), ('exact', EXACT)):
        pred = [detections(objects, *kind) for objects in truth]
        row[f'{name}: VOC, area'] = d2l.detection_map(pred, truth)['mAP']
        row[f'{name}: VOC, 11 points'] = d2l.detection_map(pred, truth,
                                                           voc07=True)['mAP']
        row[f'{name}: COCO'] = d2l.coco_map(pred, truth)['mAP']
    gaps = []
    for start in range(0, num_scenes - GROUP + 1, GROUP):
        part = [rows[start:start + GROUP] for rows in (pred, truth)]
        area = d2l.detection_map(*part)['mAP']
        gaps.append([abs(d2l.detection_map(*part, voc07=True)['mAP'] - area),
                     abs(d2l.coco_map(*part)['mAP@50'] - area)])
    row['11 points from the area'], row['101 points from the area'] = onp.mean(
        gaps, axis=0)
    return row


def judge_masks(X):
    """How often IoU and Dice order pictures, and means over them, otherwise.

    Of masks that are all moved a little, and of others, of which some are right and the
    rest moved far: none of the pictures, one, two and so on to all of them.
    """
    truth = X[:, 0] > 0
    truth = truth[truth.any(axis=(1, 2))]
    steady, far, right = (d2l.mask_overlaps(onp.roll(truth, move, axis=2), truth)
                          for move in (STEADY, WILD, 0))
    each = [onp.sign(a - b) for a, b in zip(steady, far)]
    means = [onp.sign(a.sum() - b.sum() - onp.append(0, onp.cumsum(best - b)))
             for a, b, best in zip(steady, far, right)]
    return {'pictures ordered otherwise': onp.mean(each[0] != each[1]),
            'means otherwise': onp.mean(means[0] != means[1])}


# ---- numbers and text


def judge_numbers():
    """Errors of a fitted plane: on all tests, with wrong labels, and in the middle."""
    data = onp.random.permutation(d2l.read_airfoil().astype(float))
    data = (data - data.mean(axis=0)) / data.std(axis=0)
    train, test = onp.array_split(data, 2)
    weights = onp.linalg.lstsq(train[:, :-1], train[:, -1], rcond=None)[0]
    y_hat, y = test[:, :-1] @ weights, test[:, -1]
    wrong = onp.where(onp.arange(len(y)) < WRONG * len(y), y + FAR, y)
    low, high = onp.quantile(y_hat, [.25, .75])
    middle = (low <= y_hat) & (y_hat <= high)
    return {f'{name}{when}': value for when, part in (
        ('', (y_hat, y)), (', some wrong', (y_hat, wrong)),
        (', the middle', (y_hat[middle], y[middle])))
        for name, value in d2l.regression_scores(*part).items()}


def other_translations(num_pairs):
    """[(one, another)] English sentences, in tokens, of the same French one."""
    known, pairs = {}, []
    for english, french in zip(*d2l.tokenize_nmt(d2l.preprocess_nmt(
            d2l.read_data_nmt()), num_pairs)):
        first = known.setdefault(tuple(french), english)
        if set(first) != set(english) and min(len(first), len(english)) > 4:
            pairs.append((first, english))
    return pairs


def judge_sentences(pairs):
    """BLEU of other right translations, and of the same ones with one wrong word.

    {} where there is no other one, as among few sentences.
    """
    if not pairs:
        return {}
    words, spoilt = sorted({word for first, _ in pairs for word in first}), []
    for first, _ in pairs:
        place = onp.random.randint(len(first) - 1)  # the last is a full stop
        number = onp.random.randint(len(words))
        if words[number] == first[place]:
            number -= 1
        spoilt.append([*first[:place], words[number], *first[place + 1:]])
    references = [[first] for first, _ in pairs]
    return {'BLEU of another': d2l.corpus_bleu([other for _, other in pairs],
                                               references),
            'BLEU with a wrong word': d2l.corpus_bleu(spoilt, references)}


def model_loss(pairs, num_tokens):
    """Mean -log p of the last fifth's (context, token), by counts of the others + 1."""
    cut = len(pairs) * 4 // 5
    both, alone = Counter(pairs[:cut]), Counter(context for context, _ in pairs[:cut])
    return -onp.mean([onp.log((both[pair] + 1) / (alone[pair[0]] + num_tokens))
                      for pair in pairs[cut:]])


def judge_text():
    """Perplexity of words by their frequency, and of letters by the one before.

    And the letters' by word: all that they say of a word and of the space behind it.
    """
    text = ' '.join(filter(None, d2l.read_time_machine()))
    words = text.split()
    of_words = model_loss([('', word) for word in words], len(set(words)))
    of_letters = model_loss(list(zip(text, text[1:])), len(set(text)))
    return {'words': d2l.perplexity(of_words), 'letters': d2l.perplexity(of_letters),
            'letters, by word': d2l.perplexity(of_letters * len(text) / len(words))}


def row(found, text, names, holds):
    return d2l.claim(text, {name: found[name] for name in names}, holds)


def always(found, smaller, larger) -> bool:
    """Whether one number is below another with every seed."""
    return all(a < b for a, b in zip(found[smaller], found[larger]))


def claims_of_shirts(found):
    """What of accuracies, areas, F and probabilities holds, by what each seed gave."""
    mean = {name: onp.mean(values) for name, values in found.items()}
    said = list(zip(found['accuracy of no, rare'], found['accuracy, rare']))
    return [
        row(found, 'where yes is rare, accuracy takes who always says no for as good '
            'as a network, or better; average precision for less than half',
            ('accuracy of no, rare', 'accuracy, rare', 'AP of no, rare', 'AP, rare'),
            all(no >= net for no, net in said)
            and mean['AP of no, rare'] < mean['AP, rare'] / 2),
        row(found, 'AUC stays where yes becomes rare, within .02; average precision '
            'falls, by .2', ('AUC, even', 'AUC, rare', 'AP, even', 'AP, rare'),
            abs(mean['AUC, even'] - mean['AUC, rare']) < .02
            and mean['AP, even'] - mean['AP, rare'] > .2),
        row(found, 'F2 chooses more recall than F0.5, and less precision',
            ('recall by F0.5', 'recall by F2', 'precision by F0.5', 'precision by F2'),
            always(found, 'recall by F0.5', 'recall by F2')
            and always(found, 'precision by F2', 'precision by F0.5')),
        row(found, 'a temperature mends log loss and calibration, and leaves AUC',
            [f'{name}, {when}' for name in ('log loss', 'calibration error', 'AUC')
             for when in ('before', 'after')],
            always(found, 'log loss, after', 'log loss, before')
            and always(found, 'calibration error, after', 'calibration error, before')
            and found['AUC, after'] == found['AUC, before']),
        row(found, 'accuracy hides a class that is found much less often, by .1',
            ('accuracy', 'recall of the worst class'),
            mean['accuracy'] - mean['recall of the worst class'] > .1),
        row(found, 'a second guess mends half of the mistakes',
            ('accuracy', 'accuracy of two guesses'),
            mean['accuracy of two guesses'] > (1 + mean['accuracy']) / 2)]


def claims_of_pictures(found):
    """What of boxes and masks holds."""
    mean = {name: onp.mean(values) for name, values in found.items()}
    rules = 'VOC, area', 'VOC, 11 points', 'COCO'
    return [
        row(found, 'VOC prefers many loose boxes, COCO fewer exact ones',
            [f'{name}: {rule}' for rule in rules for name in ('loose', 'exact')],
            all(always(found, f'exact: {rule}', f'loose: {rule}') for rule in rules[:2])
            and always(found, 'loose: COCO', 'exact: COCO')),
        row(found, '11 points of recall are coarse: 101 are half as far from the area, '
            'or less', ('11 points from the area', '101 points from the area'),
            mean['101 points from the area'] < mean['11 points from the area'] / 2),
        row(found, 'Dice and IoU order the masks of any picture alike, but not always '
            'means over pictures', ('pictures ordered otherwise', 'means otherwise'),
            mean['pictures ordered otherwise'] == 0 < mean['means otherwise'])]


def claims_of_the_rest(found):
    """What of errors, sentences and text holds."""
    mean = {name: onp.mean(values) for name, values in found.items()}
    sentences = [row(
        found, 'BLEU takes a sentence with a wrong word for better than another right '
        'translation', ('BLEU of another', 'BLEU with a wrong word'),
        always(found, 'BLEU of another', 'BLEU with a wrong word'))
    ] if 'BLEU of another' in found else []  # nothing is said of no sentence
    grows = [mean[f'{name}, some wrong'] / mean[name] - 1 for name in ('RMSE', 'MAE')]
    return [
        row(found, 'a few wrong labels count twice as much in RMSE as in MAE',
            ('RMSE', 'RMSE, some wrong', 'MAE', 'MAE, some wrong'),
            grows[0] > 2 * grows[1]),
        row(found, 'R2 falls, by .1, where only the middle of the range is asked for, '
            'and RMSE does not rise by a tenth',
            ('R2', 'R2, the middle', 'RMSE', 'RMSE, the middle'),
            mean['R2'] - mean['R2, the middle'] > .1
            and mean['RMSE, the middle'] < 1.1 * mean['RMSE']),
        *sentences,
        row(found, 'perplexities of letters and of words cannot be compared: the one '
            'of letters is below, and yet their model knows less of a word',
            ('letters', 'words', 'letters, by word'),
            always(found, 'letters', 'words')
            and always(found, 'words', 'letters, by word'))]


def run(*, num_seeds: int = 3, num_epochs: int = 20, lr: float = 0.002,
        batch_size: int = 64, num_train: int = 2000, num_test: int = 10000,
        num_scenes: int = 300, num_pairs: int = 20000) -> dict:
    drawn, pairs = [], other_translations(num_pairs)

    def measure():
        train, *asked = d2l.sample_garments(num_train, num_test // 4, num_test)
        net = build_net()
        d2l.train_quietly(net, d2l.load_array(train, batch_size), num_epochs, lr)
        scores = [scores_of(net, X) for X, _ in asked]
        valid, test = ([logits_of(part, SHIRT), y == SHIRT]
                       for part, (_, y) in zip(scores, asked))
        cooled = judge_probabilities(valid, test)
        drawn[:] = at_shares(*test), test, cooled['temperature']
        return {**judge_classes(scores[1], asked[1][1]), **judge_shares(drawn[0]),
                **judge_thresholds(valid, test), **cooled, **judge_boxes(num_scenes),
                **judge_masks(asked[0][0]), **judge_numbers(),
                **judge_sentences(pairs)}

    found = d2l.over_seeds(measure, num_seeds)
    found.update({name: [value] for name, value in judge_text().items()})
    draw(*drawn)
    return {'claims': [*claims_of_shirts(found), *claims_of_pictures(found),
                       *claims_of_the_rest(found)],
            'temperature': found['temperature'], 'pairs of sentences': len(pairs),
            'which to use when': {name: {'when': when, 'not when': no}
                                  for name, (when, no) in WHEN.items()}}


if __name__ == '__main__':
    d2l.main(run)
