"""A toy bert.small: the real one's files and sizes, for the words of the toy SNLI.

Its weights are small random numbers, as before pretraining.
"""
import json
import tempfile
import zipfile
from pathlib import Path

import numpy as onp
from mxnet import np, npx

from .inference import WORDS

__all__ = []

HIDDENS, FFN, LAYERS, MAX_LEN = 256, 512, 2, 512
SCALE = 0.05  # weights lie within
SPECIAL_TOKENS = ['<unk>', '<pad>', '<mask>', '<cls>', '<sep>']


def shapes(vocab_size) -> dict:
    """{name: shape} of the parameters, as `BERTModel` names them."""
    def dense(name, outputs, inputs):
        return {f'{name}.weight': (outputs, inputs), f'{name}.bias': (outputs,)}

    def norm(name):
        return {f'{name}.gamma': (HIDDENS,), f'{name}.beta': (HIDDENS,)}

    found = {'encoder.token_embedding.weight': (vocab_size, HIDDENS),
             'encoder.segment_embedding.weight': (2, HIDDENS),
             'encoder.pos_embedding': (1, MAX_LEN, HIDDENS)}
    for blk in (f'encoder.blks.{i}' for i in range(LAYERS)):
        for side in 'qkvo':
            found.update(dense(f'{blk}.attention.W_{side}', HIDDENS, HIDDENS))
        found.update(norm(f'{blk}.addnorm1.ln'))
        found.update(dense(f'{blk}.ffn.dense1', FFN, HIDDENS))
        found.update(dense(f'{blk}.ffn.dense2', HIDDENS, FFN))
        found.update(norm(f'{blk}.addnorm2.ln'))
    return {**found, **dense('hidden', HIDDENS, HIDDENS),
            **dense('mlm.mlp.0', HIDDENS, HIDDENS), **norm('mlm.mlp.1'),
            **dense('mlm.mlp.2', vocab_size, HIDDENS),
            **dense('nsp.output', 2, HIDDENS)}


def write_toy(path, rng) -> None:
    """Write a bert.small.zip: vocab.json and pretrained.params."""
    vocab = [*SPECIAL_TOKENS, *(word.lower() for word in WORDS)]
    weights = {}
    for name, shape in shapes(len(vocab)).items():
        values = (rng.uniform(-SCALE, SCALE, shape) if len(shape) > 1 else
                  onp.full(shape, float(name.endswith('gamma'))))
        weights[name] = np.array(values, dtype='float32')
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path, 'w') as archive:
        file = Path(folder) / 'pretrained.params'
        npx.save(str(file), weights)
        for name, content in [('vocab.json', json.dumps(vocab).encode()),
                              (file.name, file.read_bytes())]:
            archive.writestr(zipfile.ZipInfo(f'bert.small/{name}'), content)
