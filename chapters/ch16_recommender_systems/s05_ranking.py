"""Personalized ranking for recommender systems (推荐系统的个性化排序)

Source: chapter_recommender-systems/ranking
"""
from mxnet import autograd, np

import d2lmx as d2l

SMOKE = {}


def losses(distances):
    """Both losses of each distance between a positive and a negative score, and their
    gradients: lists."""
    results = {}
    for name, loss in (('BPR', d2l.BPRLoss()), ('hinge', d2l.HingeLossbRec())):
        positive = np.array(distances)
        positive.attach_grad()
        with autograd.record():
            ls = [loss(d.reshape(1, 1), np.zeros((1, 1))) for d in positive]
        autograd.backward(ls)
        results[name] = {'loss': [float(l) for l in ls],
                         'gradient': positive.grad.tolist()}
    return results


def run(*, num_points: int = 41, largest: float = 4.0) -> dict:
    distances = np.linspace(-largest, largest, num_points).tolist()
    results = losses(distances)
    d2l.plot(distances, [results[name]['loss'] for name in results],
             'positive - negative', 'loss', legend=list(results))
    return {'at 0': {name: values['loss'][num_points // 2]
                     for name, values in results.items()}, **results}


if __name__ == '__main__':
    d2l.main(run)
