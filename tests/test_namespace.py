"""Every name that the book saves is there, once, with the book's arguments."""
import importlib
import inspect
import pkgutil

import pytest

import d2lmx as d2l

# the book's signatures (second edition, chapters 2 to 10), argument names in order
BOOK = {
    'use_svg_display': '', 'set_figsize': 'figsize',
    'set_axes': 'axes xlabel ylabel xlim ylim xscale yscale legend',
    'plot': 'X Y xlabel ylabel legend xlim ylim xscale yscale fmts figsize axes',
    'Timer': '', 'synthetic_data': 'w b num_examples', 'linreg': 'X w b',
    'squared_loss': 'y_hat y', 'sgd': 'params lr batch_size',
    'load_array': 'data_arrays batch_size is_train',
    'get_fashion_mnist_labels': 'labels',
    'show_images': 'imgs num_rows num_cols titles scale',
    'get_dataloader_workers': '', 'load_data_fashion_mnist': 'batch_size resize',
    'accuracy': 'y_hat y', 'evaluate_accuracy': 'net data_iter', 'Accumulator': 'n',
    'train_epoch_ch3': 'net train_iter loss updater',
    'Animator': 'xlabel ylabel legend xlim ylim xscale yscale fmts nrows ncols figsize',
    'train_ch3': 'net train_iter test_iter loss num_epochs updater',
    'predict_ch3': 'net test_iter n', 'evaluate_loss': 'net data_iter loss',
    'download': 'name cache_dir', 'download_extract': 'name folder', 'download_all': '',
    'try_gpu': 'i', 'try_all_gpus': '', 'corr2d': 'X K',
    'evaluate_accuracy_gpu': 'net data_iter device',
    'train_ch6': 'net train_iter test_iter num_epochs lr device',
    'Residual': 'num_channels use_1x1conv strides kwargs',
    'read_data_nmt': '', 'preprocess_nmt': 'text', 'tokenize_nmt': 'text num_examples',
    'show_list_len_pair_hist': 'legend xlabel ylabel xlist ylist',
    'truncate_pad': 'line num_steps padding_token',
    'build_array_nmt': 'lines vocab num_steps',
    'load_data_nmt': 'batch_size num_steps num_examples',
    'EncoderDecoder': 'encoder decoder kwargs',
    'Seq2SeqEncoder': 'vocab_size embed_size num_hiddens num_layers dropout kwargs',
    'train_seq2seq': 'net data_iter lr num_epochs tgt_vocab device',
    'predict_seq2seq': 'net src_sentence src_vocab tgt_vocab num_steps device '
                       'save_attention_weights',
    'bleu': 'pred_seq label_seq k',
    'show_heatmaps': 'matrices xlabel ylabel titles figsize cmap',
    'masked_softmax': 'X valid_lens', 'AdditiveAttention': 'num_hiddens dropout kwargs',
    'DotProductAttention': 'dropout kwargs',
    'MultiHeadAttention': 'num_hiddens num_heads dropout use_bias kwargs',
    'transpose_qkv': 'X num_heads', 'transpose_output': 'X num_heads',
    'PositionalEncoding': 'num_hiddens dropout max_len kwargs',
    'PositionWiseFFN': 'ffn_num_hiddens ffn_num_outputs kwargs',
    'AddNorm': 'dropout kwargs',
    'EncoderBlock': 'num_hiddens ffn_num_hiddens num_heads dropout use_bias kwargs',
    'TransformerEncoder': 'vocab_size num_hiddens ffn_num_hiddens num_heads num_layers '
                          'dropout use_bias kwargs',
    'read_time_machine': '', 'tokenize': 'lines token',
    'Vocab': 'tokens min_freq reserved_tokens', 'count_corpus': 'tokens',
    'load_corpus_time_machine': 'max_tokens',
    'seq_data_iter_random': 'corpus batch_size num_steps',
    'seq_data_iter_sequential': 'corpus batch_size num_steps',
    'SeqDataLoader': 'batch_size num_steps use_random_iter max_tokens',
    'load_data_time_machine': 'batch_size num_steps use_random_iter max_tokens',
    'annotate': 'text xy xytext', 'train_2d': 'trainer steps f_grad',
    'show_trace_2d': 'f results', 'get_data_ch11': 'batch_size n',
    'train_ch11': 'trainer_fn states hyperparams data_iter feature_dim num_epochs',
    'train_concise_ch11': 'tr_name hyperparams data_iter num_epochs',
    'Benchmark': 'description', 'split_batch': 'X y devices', 'resnet18': 'num_classes',
    'evaluate_accuracy_gpus': 'net data_iter split_f',
    'RNNModelScratch': 'vocab_size num_hiddens device get_params init_state forward_fn '
                       'kwargs',
    'predict_ch8': 'prefix num_preds net vocab device', 'grad_clipping': 'net theta',
    'train_epoch_ch8': 'net train_iter loss updater device use_random_iter',
    'train_ch8': 'net train_iter vocab lr num_epochs device use_random_iter',
    'RNNModel': 'rnn_layer vocab_size kwargs',
    'box_corner_to_center': 'boxes', 'box_center_to_corner': 'boxes',
    'bbox_to_rect': 'bbox color', 'show_bboxes': 'axes bboxes labels colors',
    'multibox_prior': 'data sizes ratios', 'box_iou': 'boxes1 boxes2',
    'assign_anchor_to_bbox': 'ground_truth anchors device iou_threshold',
    'offset_boxes': 'anchors assigned_bb eps', 'multibox_target': 'anchors labels',
    'offset_inverse': 'anchors offset_preds', 'nms': 'boxes scores iou_threshold',
    'multibox_detection': 'cls_probs offset_preds anchors nms_threshold pos_threshold',
    'train_batch_ch13': 'net features labels loss trainer devices split_f',
    'train_ch13': 'net train_iter test_iter loss trainer num_epochs devices split_f',
    'read_csv_labels': 'fname', 'copyfile': 'filename target_dir',
    'reorg_train_valid': 'data_dir labels valid_ratio', 'reorg_test': 'data_dir',
    'read_voc_images': 'voc_dir is_train', 'voc_colormap2label': '',
    'voc_label_indices': 'colormap colormap2label',
    'voc_rand_crop': 'feature label height width',
    'VOCSegDataset': 'is_train crop_size voc_dir',
    'load_data_voc': 'batch_size crop_size',
    'read_data_bananas': 'is_train', 'BananasDataset': 'is_train',
    'load_data_bananas': 'batch_size',
    'TokenEmbedding': 'embedding_name',
    'get_tokens_and_segments': 'tokens_a tokens_b',
    'BERTEncoder': 'vocab_size num_hiddens ffn_num_hiddens num_heads num_layers '
                   'dropout max_len kwargs',
    'MaskLM': 'vocab_size num_hiddens kwargs', 'NextSentencePred': 'kwargs',
    'BERTModel': 'vocab_size num_hiddens ffn_num_hiddens num_heads num_layers dropout '
                 'max_len kwargs',
    '_read_wiki': 'data_dir',
    '_get_next_sentence': 'sentence next_sentence paragraphs',
    '_get_nsp_data_from_paragraph': 'paragraph paragraphs vocab max_len',
    '_replace_mlm_tokens': 'tokens candidate_pred_positions num_mlm_preds vocab',
    '_get_mlm_data_from_tokens': 'tokens vocab',
    '_pad_bert_inputs': 'examples max_len vocab',
    '_WikiTextDataset': 'paragraphs max_len', 'load_data_wiki': 'batch_size max_len',
    '_get_batch_loss_bert': 'net loss vocab_size tokens_X_shards segments_X_shards '
                            'valid_lens_x_shards pred_positions_X_shards '
                            'mlm_weights_X_shards mlm_Y_shards nsp_y_shards',
    'read_snli': 'data_dir is_train', 'SNLIDataset': 'dataset num_steps vocab',
    'load_data_snli': 'batch_size num_steps',
    'split_batch_multi_inputs': 'X y devices',
    'predict_snli': 'net vocab premise hypothesis',
    'CTRDataset': 'data_path feat_mapper defaults min_threshold num_feat',
    'read_imdb': 'data_dir is_train', 'load_data_imdb': 'batch_size num_steps',
    'predict_sentiment': 'net vocab sequence',
    'update_D': 'X Z net_D net_G loss trainer_D',
    'update_G': 'Z net_D net_G loss trainer_G',
    'read_ptb': '', 'subsample': 'sentences vocab',
    'get_centers_and_contexts': 'corpus max_window_size',
    'RandomGenerator': 'sampling_weights',
    'get_negatives': 'all_contexts vocab counter K', 'batchify': 'data',
    'load_data_ptb': 'batch_size max_window_size num_noise_words',
    'read_data_ml100k': '',
    'split_data_ml100k': 'data num_users num_items split_mode test_ratio',
    'load_data_ml100k': 'data num_users num_items feedback',
    'split_and_load_ml100k': 'split_mode feedback test_ratio batch_size',
    'train_recsys_rating': 'net train_iter test_iter loss trainer num_epochs devices '
                           'evaluator kwargs',
    'BPRLoss': 'weight batch_axis kwargs', 'HingeLossbRec': 'weight batch_axis kwargs',
    'hit_and_auc': 'rankedlist test_matrix k',
    'evaluate_ranking': 'net test_input seq candidates num_users num_items devices',
    'train_ranking': 'net train_iter test_iter loss trainer test_seq_iter num_users '
                     'num_items num_epochs devices evaluator candidates eval_step',
}
BOOK_DEFAULTS = {
    'plot': dict(Y=None, xscale='linear', yscale='linear',
                 fmts=('-', 'm--', 'g-.', 'r:'), figsize=(3.5, 2.5), axes=None),
    'Animator': dict(xscale='linear', fmts=('-', 'm--', 'g-.', 'r:'), nrows=1, ncols=1,
                     figsize=(3.5, 2.5)),
    'load_array': dict(is_train=True), 'load_data_fashion_mnist': dict(resize=None),
    'show_images': dict(titles=None, scale=1.5), 'predict_ch3': dict(n=6),
    'download_extract': dict(folder=None), 'try_gpu': dict(i=0),
    'evaluate_accuracy_gpu': dict(device=None), 'set_figsize': dict(figsize=(3.5, 2.5)),
    'Residual': dict(use_1x1conv=False, strides=1),
    'tokenize_nmt': dict(num_examples=None), 'load_data_nmt': dict(num_examples=600),
    'Seq2SeqEncoder': dict(dropout=0), 'MultiHeadAttention': dict(use_bias=False),
    'show_heatmaps': dict(titles=None, figsize=(2.5, 2.5), cmap='Reds'),
    'PositionalEncoding': dict(max_len=1000), 'EncoderBlock': dict(use_bias=False),
    'TransformerEncoder': dict(use_bias=False),
    'predict_seq2seq': dict(save_attention_weights=False),
    'tokenize': dict(token='word'), 'load_corpus_time_machine': dict(max_tokens=-1),
    'Vocab': dict(tokens=None, min_freq=0, reserved_tokens=None),
    'load_data_time_machine': dict(use_random_iter=False, max_tokens=10000),
    'train_2d': dict(steps=20, f_grad=None),
    'get_data_ch11': dict(batch_size=10, n=1500),
    'train_ch11': dict(num_epochs=2), 'train_concise_ch11': dict(num_epochs=2),
    'Benchmark': dict(description='Done'),
    'evaluate_accuracy_gpus': dict(split_f=d2l.split_batch),
    'train_ch8': dict(use_random_iter=False),
    'show_bboxes': dict(labels=None, colors=None),
    'assign_anchor_to_bbox': dict(iou_threshold=0.5), 'offset_boxes': dict(eps=1e-6),
    'multibox_detection': dict(nms_threshold=0.5, pos_threshold=0.009999999),
    'train_ch8': dict(use_random_iter=False), 'read_voc_images': dict(is_train=True),
    'get_tokens_and_segments': dict(tokens_b=None), 'BERTEncoder': dict(max_len=1000),
    'BERTModel': dict(max_len=1000),
    'read_data_bananas': dict(is_train=True), 'SNLIDataset': dict(vocab=None),
    'load_data_snli': dict(num_steps=50),
    'CTRDataset': dict(feat_mapper=None, defaults=None, min_threshold=4, num_feat=34),
    'read_data_bananas': dict(is_train=True), 'load_data_imdb': dict(num_steps=500),
    'split_data_ml100k': dict(split_mode='random', test_ratio=0.1),
    'load_data_ml100k': dict(feedback='explicit'),
    'split_and_load_ml100k': dict(split_mode='seq-aware', feedback='explicit',
                                  test_ratio=0.1, batch_size=256),
    'train_recsys_rating': dict(evaluator=None), 'train_ranking': dict(eval_step=1),
    'BPRLoss': dict(weight=None, batch_axis=0),
    'HingeLossbRec': dict(weight=None, batch_axis=0),
}
# framework-neutral spellings that cells of the book use though nothing saves them
ALIASES = ('DATA_URL abs arange argmax astype concat cos cosh exp eye float32 int32 '
           'linspace log matmul meshgrid normal numpy ones plt rand reduce_sum reshape '
           'sin sinh size stack tanh tensor transpose zeros').split()
ROOMS = [m.name for m in pkgutil.walk_packages(d2l.__path__, 'd2lmx.')
         # the first edition has a namespace of its own: tests/edition1/test_names.py
         if not m.name.startswith(('d2lmx.chapters', 'd2lmx.__main__',
                                   'd2lmx.edition1'))
         and '.twins' not in m.name]
PUBLIC = [(importlib.import_module(room), name) for room in ROOMS
          if not hasattr(importlib.import_module(room), '__path__')
          for name in getattr(importlib.import_module(room), '__all__', ())]


@pytest.mark.parametrize('name', BOOK)
def test_saved_name_has_the_books_arguments_in_order(name):
    arguments = list(inspect.signature(getattr(d2l, name)).parameters)
    wanted = BOOK[name].split()
    assert arguments[:len(wanted)] == wanted
    extra = [inspect.signature(getattr(d2l, name)).parameters[a]
             for a in arguments[len(wanted):]]
    assert all(p.default is not p.empty for p in extra)


@pytest.mark.parametrize('name', BOOK_DEFAULTS)
def test_saved_name_has_the_books_defaults(name):
    parameters = inspect.signature(getattr(d2l, name)).parameters
    for argument, default in BOOK_DEFAULTS[name].items():
        assert parameters[argument].default == default


@pytest.mark.parametrize('name', ALIASES + ['DATA_HUB'])
def test_name_used_by_cells_is_there(name):
    assert hasattr(d2l, name)


def test_data_url_and_hub_are_the_books():
    assert d2l.DATA_URL == 'http://d2l-data.s3-accelerate.amazonaws.com/'
    assert d2l.DATA_HUB['kaggle_house_train'] == (
        d2l.DATA_URL + 'kaggle_house_pred_train.csv',
        '585e9cc93e70b39160e7921475f9bcd7d31219ce')


def test_no_name_comes_from_two_modules():
    owners = {}
    for module, name in PUBLIC:
        owners.setdefault(name, set()).add(module.__name__)
    assert {name: o for name, o in owners.items() if len(o) > 1} == {}


def test_no_module_is_named_after_something_it_exports():
    assert not [name for module, name in PUBLIC if module.__name__.endswith('.' + name)]
