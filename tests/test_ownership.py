"""`Book: 10.7` names a page that prints the name; all else says `Ours`."""
import importlib
import inspect
import pkgutil
import re

import pytest

import d2lmx as d2l

# what each page saves under d2l
SAVED = '''
2.4   use_svg_display set_figsize set_axes plot
3.1   Timer
3.2   synthetic_data linreg squared_loss sgd
3.3   load_array
3.5   get_fashion_mnist_labels show_images get_dataloader_workers
      load_data_fashion_mnist
3.6   accuracy evaluate_accuracy Accumulator train_epoch_ch3 Animator train_ch3
      predict_ch3
4.4   evaluate_loss
4.10  DATA_HUB download download_extract download_all
5.6   try_gpu try_all_gpus
6.2   corr2d
6.6   evaluate_accuracy_gpu train_ch6
7.6   Residual
8.2   read_time_machine tokenize Vocab count_corpus load_corpus_time_machine
8.3   seq_data_iter_random seq_data_iter_sequential SeqDataLoader load_data_time_machine
8.5   RNNModelScratch predict_ch8 grad_clipping train_epoch_ch8 train_ch8
8.6   RNNModel
9.5   read_data_nmt preprocess_nmt tokenize_nmt show_list_len_pair_hist truncate_pad
      build_array_nmt load_data_nmt
9.6   Encoder Decoder EncoderDecoder
9.7   Seq2SeqEncoder MaskedSoftmaxCELoss train_seq2seq predict_seq2seq bleu
10.1  show_heatmaps
10.3  masked_softmax AdditiveAttention DotProductAttention
10.4  AttentionDecoder
10.5  MultiHeadAttention transpose_qkv transpose_output
10.6  PositionalEncoding
10.7  PositionWiseFFN AddNorm EncoderBlock TransformerEncoder
11.1  annotate
11.3  train_2d show_trace_2d
11.5  get_data_ch11 train_ch11 train_concise_ch11
12.1  Benchmark
12.5  split_batch
12.6  resnet18 evaluate_accuracy_gpus
13.1  train_batch_ch13 train_ch13
13.3  box_corner_to_center box_center_to_corner bbox_to_rect
13.4  multibox_prior show_bboxes box_iou assign_anchor_to_bbox offset_boxes
      multibox_target offset_inverse nms multibox_detection
13.6  read_data_bananas BananasDataset load_data_bananas
13.9  read_voc_images voc_colormap2label voc_label_indices voc_rand_crop VOCSegDataset
      load_data_voc
13.13 read_csv_labels copyfile reorg_train_valid reorg_test
14.3  read_ptb subsample get_centers_and_contexts RandomGenerator generator
      get_negatives batchify load_data_ptb
14.7  TokenEmbedding
14.8  get_tokens_and_segments BERTEncoder MaskLM NextSentencePred BERTModel
14.9  _read_wiki _get_next_sentence _get_nsp_data_from_paragraph _replace_mlm_tokens
      _get_mlm_data_from_tokens _pad_bert_inputs _WikiTextDataset load_data_wiki
14.10 _get_batch_loss_bert
15.1  read_imdb load_data_imdb
15.2  predict_sentiment
15.4  read_snli SNLIDataset load_data_snli
15.5  split_batch_multi_inputs predict_snli
16.2  read_data_ml100k split_data_ml100k load_data_ml100k split_and_load_ml100k
16.3  train_recsys_rating
16.5  BPRLoss HingeLossbRec
16.6  hit_and_auc evaluate_ranking train_ranking
16.8  CTRDataset
17.1  update_D update_G
'''
# what one page prints without saving it, and another section uses: in the library too
PRINTED = {'7.3': 'nin_block', '7.4': 'Inception', '9.7': 'Seq2SeqDecoder',
           '10.4': 'Seq2SeqAttentionDecoder', '10.7':
           'DecoderBlock TransformerDecoder', '13.7':
           'cls_predictor bbox_predictor flatten_pred concat_preds down_sample_blk '
           'base_net get_blk blk_forward TinySSD calc_loss', '13.12':
           'content_loss gram style_loss', '14.7': 'knn'}
# framework-neutral spellings that cells use, and no page introduces
THROUGHOUT = ('abs arange argmax astype concat cos cosh exp eye linspace log matmul '
              'meshgrid normal numpy ones rand reduce_sum reshape sin sinh size stack '
              'tanh tensor transpose zeros').split()


def pages():
    """{name: the pages that print it}."""
    found, number = {}, None
    for line in [*SAVED.strip().splitlines(), *map('  '.join, PRINTED.items())]:
        first, *names = line.split()
        if first[0].isdigit():
            number = first
        else:
            names = [first, *names]
        for name in names:
            found.setdefault(name, set()).add(number)
    return found


PAGES = pages()


def public():
    """(module, name) of all public functions and classes of the library."""
    for info in pkgutil.walk_packages(d2l.__path__, 'd2lmx.'):
        # the first edition's have a line of their own: tests/edition1/test_names.py
        if info.ispkg or '.twins' in info.name or info.name.startswith(
                ('d2lmx.chapters', 'd2lmx.__main__', 'd2lmx.edition1')):
            continue
        module = importlib.import_module(info.name)
        for name in getattr(module, '__all__', ()):
            value = getattr(module, name)
            if getattr(value, '__module__', None) == module.__name__:
                yield pytest.param(name, value, id=f'{module.__name__}.{name}')


def owner(name, doc):
    """What is wrong with the line of a docstring that says whose a name is, or ''."""
    lines = re.findall(r'\b(?:Book: (throughout|\d+\.\d+)|Ours\b)', doc or '')
    if len(lines) != 1:
        return (f"{name}: the docstring must say once whose it is: 'Book: 3.6', a page "
                f"that prints it, or 'Ours', 'Ours, for 3.6'; it says so {len(lines)} "
                'times')
    printed, claimed = PAGES.get(name, set()), lines[0]
    if name in THROUGHOUT:
        printed = {'throughout'}
    if claimed and claimed not in printed:
        return (f"{name}: page {claimed} does not print it: write "
                f"{' or '.join(f'Book: {page}' for page in printed) or 'Ours'}")
    if not claimed and printed:
        return f"{name}: it is the book's: write Book: {' or '.join(printed)}"
    return ''


@pytest.mark.parametrize('name,value', public())
def test_docstring_says_whose_it_is(name, value):
    assert not (message := owner(name, inspect.getdoc(value))), message


@pytest.mark.parametrize('name,doc,told', [
    ('train_ch6', 'Trains.\n\nBook: 6.5 (sec_pooling)', 'page 6.5 does not print it'),
    ('train_ch6', 'Trains.\n\nOurs, for 6.6', "the book's: write Book: 6.6"),
    ('fit', 'Trains.\n\nBook: 6.6 (sec_lenet)', 'write Ours'),
    ('fit', 'Trains.', 'must say once'),
    ('fit', 'Book: 6.6\n\nOurs, for 3.6', 'says so 2 times')])
def test_a_false_line_is_told(name, doc, told):
    assert told in owner(name, doc)


def test_true_lines_are_not():
    assert owner('train_ch6', 'Trains.\n\nBook: 6.6 (sec_lenet)') == ''
    assert owner('fit', 'The epoch loop.\n\nOurs, for 3.6') == ''
    assert owner('reshape', '``x.reshape``. Book: throughout, in its cells') == ''
