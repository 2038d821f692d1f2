import zipfile

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.data.text import bert_arrays
from d2lmx.errors import InputError
from d2lmx.files import hub
from d2lmx.files.archives import BadData

TEXT = ''' \n = A title = \n \n One two . Three four five . Six . \n
 no full stop inside \n Seven <unk> . Eight nine \n Only one . \n at its end .\n'''


def folder_with(tmp_path, content):
    (tmp_path / 'wiki.train.tokens').write_bytes(content)
    return tmp_path


@pytest.fixture
def vocab():
    return d2l.Vocab(['one two three four five six seven eight nine'.split()],
                     reserved_tokens=d2l.SPECIAL_TOKENS)


def test_paragraphs_are_the_lines_with_a_stop_between_spaces(tmp_path):
    # the space after a line's last stop counts: so the book has 20,256 words
    expected = [['one two', 'three four five', 'six .'], ['only one .'],
                ['seven <unk>', 'eight nine']]
    for content in (TEXT.encode(), b'\xef\xbb\xbf' + TEXT.encode(),
                    TEXT.replace('\n', '\r\n').encode()):
        assert sorted(d2l._read_wiki(folder_with(tmp_path, content))) == expected


def test_a_line_separator_inside_a_line_and_a_giant_word_are_text(tmp_path):
    giant = 'x' * 100000
    text = f' a\u2028b 😀 . {giant} \n'
    assert d2l._read_wiki(folder_with(tmp_path, text.encode())) == [
        ['a\u2028b 😀', giant]]


@pytest.mark.parametrize('content,told', [
    (b' = A title = \n no sentence \n', 'none of its lines has two sentences'),
    (b' a . \n b . \n', 'none of its lines has two sentences'),
    (b'', 'none of its lines has two sentences'),
    (b'a . b\n\xff . c\n', 'line 2 is not')])
def test_a_file_without_pairs_or_in_another_encoding_is_told(tmp_path, content, told):
    with pytest.raises(BadData, match=told) as error:
        d2l._read_wiki(folder_with(tmp_path, content))
    assert '\n' not in str(error.value)


def test_order_of_paragraphs_follows_numpys_seed(tmp_path):
    text = ''.join(f'{i} . b\n' for i in range(50)).encode()
    orders = []
    for seed in (3, 3, 4):
        onp.random.seed(seed)
        orders.append(d2l._read_wiki(folder_with(tmp_path, text)))
    assert orders[0] == orders[1] != orders[2]


def test_next_sentences_are_true_ones_about_every_second_time():
    paragraphs = [[['a'], ['b']], [['c'], ['d'], ['e'], ['f']]]
    found = [d2l._get_next_sentence(['a'], ['b'], paragraphs) for _ in range(4000)]
    share = onp.mean([is_next for *_, is_next in found])
    assert abs(share - 0.5) < 4 * 0.5 / 4000 ** .5  # four standard deviations
    others = [sentence[0] for _, sentence, is_next in found if not is_next]
    # a paragraph by chance, then a sentence in it
    for word, p in dict(a=1 / 4, b=1 / 4, c=1 / 8, f=1 / 8).items():
        assert abs(others.count(word) / len(others) - p) < 4 * .5 / len(others) ** .5
    assert {sentence[0] for _, sentence, is_next in found if is_next} == {'b'}


def test_drawn_next_sentences_have_the_same_chances():
    sizes = [2, 1, 4]
    draws = [bert_arrays.draw_next_sentences(sizes) for _ in range(2000)]
    firsts = {tuple(first) for first, *_ in draws}
    assert firsts == {(0, 3, 4, 5)}  # not the last of a paragraph
    second, is_next = (onp.array([draw[i] for draw in draws]) for i in (1, 2))
    assert abs(is_next.mean() - .5) < 4 * .5 / is_next.size ** .5
    assert (second[is_next] == onp.broadcast_to([1, 4, 5, 6], second.shape)[is_next]
            ).all()
    others = second[~is_next]
    for sentence, p in enumerate([1 / 6, 1 / 6, 1 / 3] + [1 / 12] * 4):
        assert abs((others == sentence).mean() - p) < 4 * .5 / len(others) ** .5


def always_next(monkeypatch):
    monkeypatch.setattr(onp.random, 'uniform', lambda *_, size=None: (
        onp.zeros(size) if size else 0.0))


def test_arrays_of_pairs_equal_the_pages_lists(vocab, monkeypatch):
    always_next(monkeypatch)
    rng, words = onp.random.RandomState(0), vocab.idx_to_token[5:] + ['other']
    paragraphs = [[[words[i] for i in rng.randint(0, 10, rng.randint(0, 7))]
                   for _ in range(rng.randint(2, 6))] for _ in range(20)]
    max_len = 11
    examples = [example for paragraph in paragraphs for example in
                d2l._get_nsp_data_from_paragraph(paragraph, paragraphs, vocab, max_len)]
    by_page = d2l._pad_bert_inputs(
        [(vocab[tokens], [], [], segments, is_next)
         for tokens, segments, is_next in examples], max_len, vocab)

    sizes = [len(paragraph) for paragraph in paragraphs]
    tokens, starts, lens = bert_arrays.flat_tokens(
        [sentence for paragraph in paragraphs for sentence in paragraph], vocab)
    first, second, is_next = bert_arrays.draw_next_sentences(sizes)
    fits = lens[first] + lens[second] + 3 <= max_len
    assert 0 < fits.sum() < len(fits) == sum(sizes) - len(sizes)
    both = onp.stack([first[fits], second[fits]])
    arrays = bert_arrays.pair_sentences(tokens, starts[both], lens[both], vocab,
                                        max_len)
    for array, column in zip((*arrays, is_next[fits]), (*by_page[:3], by_page[6])):
        onp.testing.assert_array_equal(array, onp.stack(column))


def test_two_of_three_words_become_masks_where_chance_says_so(vocab, monkeypatch):
    always_next(monkeypatch)
    monkeypatch.setattr(bert_arrays, 'SHARE', 0.4)
    rows = [(['one', 'two'], ['three']), (['four'], ['five', 'six'])]
    examples = [d2l.get_tokens_and_segments(*row) for row in rows]
    token_ids = onp.array([vocab[tokens] for tokens, _ in examples])
    masked, positions, weights, labels = bert_arrays.mask_tokens(
        token_ids, onp.array([6., 6.]), vocab)
    # round(0.4 * 6) = 2 of three words
    assert weights.tolist() == [[1, 1], [1, 1]]
    for row in (0, 1):
        assert (onp.diff(positions[row]) > 0).all()
        assert (masked[row] == vocab['<mask>']).nonzero()[0].tolist() == (
            positions[row].tolist())
        assert labels[row].tolist() == token_ids[row][positions[row]].tolist()


def long_rows(vocab, count, max_len, rng):
    """Random words between marks, with true lengths from 3 to max_len."""
    lens = rng.randint(3, max_len + 1, count)
    token_ids = rng.randint(5, len(vocab), (count, max_len))
    column = onp.arange(max_len)
    token_ids[:, 0] = vocab['<cls>']
    token_ids[column == lens[:, None] - 1] = vocab['<sep>']
    token_ids[column >= lens[:, None]] = vocab['<pad>']
    return token_ids, lens.astype('float32')


def as_arrays(token_ids, lens, vocab, max_len):
    """What the page's functions give for the same rows."""
    examples = []
    for row, length in zip(token_ids, lens.astype(int)):
        data = d2l._get_mlm_data_from_tokens(vocab.to_tokens(row[:length]), vocab)
        examples.append((*data, [0] * length, True))
    columns = [onp.stack(column) for column in
               d2l._pad_bert_inputs(examples, max_len, vocab)]
    return columns[0], columns[3], columns[4], columns[5]


@pytest.mark.parametrize('way', ['arrays', 'page'])
def test_masks_are_as_the_page_says(vocab, way):
    max_len, rng = 64, onp.random.RandomState(0)
    token_ids, lens = long_rows(vocab, 1500, max_len, rng)
    if way == 'arrays':
        found = bert_arrays.mask_tokens(token_ids, lens, vocab)
    else:
        found = as_arrays(token_ids, lens, vocab, max_len)
    masked, positions, weights, labels = found
    assert positions.shape == weights.shape == labels.shape == (1500, 10)
    # how many: 15 %, halves to the even number, as Python rounds
    assert weights.sum(axis=1).tolist() == [max(1, round(int(n) * .15)) for n in lens]
    is_pred = weights == 1
    assert (onp.diff(weights, axis=1) <= 0).all()  # zeros only at the end
    assert not positions[~is_pred].any() and not labels[~is_pred].any()
    rows = onp.nonzero(is_pred)[0]
    places = rows, positions[is_pred]
    assert len(set(zip(*places))) == len(rows)  # none twice
    assert ((onp.diff(positions, axis=1) > 0) | ~is_pred[:, 1:]).all()  # they rise
    onp.testing.assert_array_equal(token_ids[places], labels[is_pred])
    assert not onp.isin(labels[is_pred], vocab[['<cls>', '<sep>', '<pad>']]).any()
    untouched = onp.ones(masked.shape, bool)
    untouched[places] = False
    onp.testing.assert_array_equal(masked[untouched], token_ids[untouched])
    # what became of them, within four standard deviations
    became, count = masked[places], len(rows)
    for share, p in [((became == vocab['<mask>']).mean(), .8 + .1 / len(vocab)),
                     ((became == labels[is_pred]).mean(), .1 + .1 / len(vocab))]:
        assert abs(share - p) < 4 * (p * (1 - p) / count) ** .5
    # and any place between the marks alike: the first third of them a third of the time
    third = (positions[is_pred] - 1) / (lens[rows] - 2) < 1 / 3
    expected = onp.ceil((lens[rows] - 2) / 3) / (lens[rows] - 2)
    assert abs(third.mean() - expected.mean()) < 4 * .5 / count ** .5


def test_a_pair_of_empty_sentences_has_nothing_to_predict(vocab):
    token_ids = onp.array([[3, 4, 4, 1, 1, 1, 1]])
    masked, positions, weights, labels = bert_arrays.mask_tokens(
        token_ids, onp.array([3.]), vocab)
    assert (masked == token_ids).all() and not weights.any() and not labels.any()


def test_lengths_of_cut_pairs_equal_the_pages_loop():
    max_len = 12
    for a in range(14):
        for b in range(14):
            p, h = [0] * a, [0] * b
            while len(p) + len(h) > max_len - 3:
                (p if len(p) > len(h) else h).pop()
            found = bert_arrays.truncated_lens(onp.array([a]), onp.array([b]), max_len)
            assert [int(n[0]) for n in found] == [len(p), len(h)], (a, b)


def test_page_replaces_only_what_it_was_given(vocab):
    tokens = ['<cls>', 'one', 'two', 'three', '<sep>']
    candidates = [1, 3]
    replaced, preds = d2l._replace_mlm_tokens(tokens, candidates, 5, vocab)
    assert sorted(preds) == [(1, 'one'), (3, 'three')] and candidates == [1, 3]
    assert tokens[1] == 'one' and replaced[2] == 'two' and len(replaced) == 5


def test_batches_have_the_shapes_of_the_page_and_follow_the_seed():
    batches = []
    for _ in range(2):
        d2l.set_seed(5)
        train_iter, vocab = d2l.load_data_wiki(512, 64)
        batches.append(next(iter(train_iter)))
    assert [array.shape for array in batches[0]] == [
        (512, 64), (512, 64), (512,), (512, 10), (512, 10), (512, 10), (512,)]
    for a, b in zip(*batches):
        assert (a == b).all()
    assert vocab.idx_to_token[:5] == ['<unk>', '<pad>', '<mask>', '<cls>', '<sep>']
    passes = [[array.asnumpy() for array in next(iter(train_iter))] for _ in range(2)]
    assert (passes[0][0] != passes[1][0]).any()  # shuffled anew


def test_data_set_gives_its_examples_one_by_one():
    paragraphs = [['a b c', 'd e f .']] * 5
    data = d2l._WikiTextDataset(paragraphs, 12)
    assert len(data) == 5 and len(data[0]) == 7
    assert data[3][0].tolist() == data.all_token_ids[3].tolist()
    assert set(data.vocab.idx_to_token[5:]) == set('abcdef.')


def test_a_paragraph_of_one_sentence_is_counted_but_has_no_pair():
    data = d2l._WikiTextDataset([['a b', 'c d .'], ['e f .']] * 5, 9)
    assert set(data.vocab.idx_to_token[5:]) == set('abcdef.') and len(data) == 5
    second = data.all_token_ids[:, 4:6]
    assert all(data.nsp_labels[(second == data.vocab['e']).any(axis=1)] == 0)


@pytest.mark.parametrize('max_len,error,told', [
    (4, InputError, 'at least 5'), (5.5, InputError, 'whole number'),
    (7, BadData, 'larger than 7')])
def test_a_max_len_without_examples_is_told(max_len, error, told):
    with pytest.raises(error, match=told):
        d2l._WikiTextDataset([['a b c', 'd e f .']], max_len)


def test_toy_articles_have_the_form_of_the_real_ones():
    with zipfile.ZipFile(d2l.download('wikitext-2')) as archive:
        assert sorted(archive.namelist()) == [
            f'wikitext-2/wiki.{part}.tokens' for part in ('test', 'train', 'valid')]
        lines = archive.read('wikitext-2/wiki.train.tokens').decode().split('\n')
    assert {line[:1] for line in lines[:-1]} == {' '}
    assert {line[-1:] for line in lines[:-1]} == {' '} and lines[-1] == ''
    sentences = [line.strip(' .').split(' . ') for line in lines if ' . ' in line]
    assert len(sentences) == 500
    # a noun has its own verb, of which 'captain' is an example
    words = [sentence.split() for paragraph in sentences for sentence in paragraph]
    after = {row[i + 1] for row in words for i in range(len(row))
             if row[i] == 'captain'}
    assert after == {'commanded'}


@pytest.mark.data
def test_the_subset_of_real_articles(real_data):
    train_iter, vocab = d2l.load_data_wiki(512, 64)
    assert hub.used()[-1]['data'] == 'local'
    tokens = train_iter.arrays[0]
    assert len(tokens) > 5000 and tokens.max() < len(vocab)
