"""MXNet's array files, read without MXNet: every format, and nothing believed."""
import struct

import mxnet as mx
import numpy as onp
import pytest
from mxnet import nd, np, npx

from d2lmx.errors import MissingFile
from d2lmx.files.archives import BadData
from d2lmx.files.params import read_params
from d2lmx.runtime.threads import legacy_arrays

VALUES = {'a_weight': onp.arange(6, dtype='float32').reshape(2, 3),
          'arg:b': onp.array([1, -2], 'int64'), '名': onp.array([[[0.5]]], 'float16'),
          'd': onp.array([1e300]), 'bytes': onp.array([255], 'uint8')}


def save_legacy(path, values=VALUES):
    with legacy_arrays():
        nd.save(str(path), {name: nd.array(value, dtype=value.dtype)
                            for name, value in values.items()})


def save_numpy(path):
    npx.save(str(path), {name: np.array(value, dtype=value.dtype)
                         for name, value in VALUES.items()})


@pytest.mark.parametrize('save', [save_legacy, save_numpy])
def test_arrays_come_back_under_their_names_in_order(save, tmp_path):
    save(tmp_path / 'a.params')
    found = read_params(tmp_path / 'a.params')
    assert list(found) == list(VALUES)
    for name, value in VALUES.items():
        assert found[name].dtype == value.dtype
        onp.testing.assert_array_equal(found[name], value)


def test_arrays_without_names_are_a_list(tmp_path):
    with legacy_arrays():
        nd.save(str(tmp_path / 'a'), [nd.array([1, 2]), nd.array([[3]])])
    assert [value.tolist() for value in read_params(tmp_path / 'a')] == [[1, 2], [[3]]]


def test_a_scalar_of_numpy_semantics_has_no_axes(tmp_path):
    npx.save(str(tmp_path / 'a'), {'s': np.array(2.5)})
    assert read_params(tmp_path / 'a')['s'].shape == ()
    assert read_params(tmp_path / 'a')['s'] == 2.5


def file_of(array, name=b'w'):
    return (struct.pack('<QQQ', 0x112, 0, 1) + array
            + struct.pack('<QQ', 1, len(name)) + name)


@pytest.mark.parametrize('head', [
    struct.pack('<Iiqq', 0xf993fac8, 2, 1, 2),  # of MXNet 0.12 and 1.0
    struct.pack('<III', 2, 1, 2)])              # before: axes, then sizes of 4 bytes
def test_the_oldest_formats_are_read_as_mxnet_does(head, tmp_path):
    file = tmp_path / 'a.params'
    file.write_bytes(file_of(head + struct.pack('<iiiff', 1, 0, 0, 3, 4)))
    assert read_params(file)['w'].tolist() == [[3, 4]]
    with legacy_arrays():
        assert nd.load(str(file))['w'].asnumpy().tolist() == [[3, 4]]


def test_one_wrong_byte_is_told_or_changes_a_number_and_ends_no_process(tmp_path):
    # MXNet itself asks for 80 GB where a byte says that an array has 2 ** 31 axes
    save_legacy(tmp_path / 'a.params')
    raw, file = (tmp_path / 'a.params').read_bytes(), tmp_path / 'b.params'
    told = 0
    for place in range(len(raw)):
        for byte in (0x00, 0x01, 0x7f, 0x80, 0xff):
            file.write_bytes(raw[:place] + bytes([byte]) + raw[place + 1:])
            try:
                found = read_params(file)
            except BadData as error:
                told += 1
                assert str(file) in str(error)
            else:
                values = found.values() if isinstance(found, dict) else found
                assert sum(value.nbytes for value in values) <= len(raw)
    assert told > len(raw)


def test_files_that_end_early_or_are_none_are_told(tmp_path):
    save_legacy(tmp_path / 'a.params')
    raw, file = (tmp_path / 'a.params').read_bytes(), tmp_path / 'b.params'
    for end in range(len(raw)):
        file.write_bytes(raw[:end])
        with pytest.raises(BadData, match='b.params is no file of MXNet arrays, or it'):
            read_params(file)
    with pytest.raises(MissingFile, match='no parameter file .*none.params'):
        read_params(tmp_path / 'none.params')


def test_sparse_arrays_are_refused(tmp_path):
    with legacy_arrays():
        nd.save(str(tmp_path / 'a'), {'w': mx.nd.sparse.zeros('csr', (2, 2))})
    with pytest.raises(BadData, match='sparse'):
        read_params(tmp_path / 'a')
