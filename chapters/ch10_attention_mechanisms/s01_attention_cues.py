"""Attention cues (注意力提示)

Source: chapter_attention-mechanisms/attention-cues
"""
from mxnet import np

import d2lmx as d2l

SMOKE = dict(num_keys=4)


def run(*, num_keys: int = 10) -> dict:
    """Each query attends to the one key that equals it: ones on the diagonal."""
    attention_weights = np.eye(num_keys)
    d2l.show_heatmaps(attention_weights.reshape(1, 1, num_keys, num_keys),
                      xlabel='Keys', ylabel='Queries')
    return {'weights of each query': attention_weights.sum(axis=1).tolist()}


if __name__ == '__main__':
    d2l.main(run)
