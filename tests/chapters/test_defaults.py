"""The options of each section begin with the values of its page.

PAGE has what a page prints, OURS what it leaves open: options of a page without code,
of a figure that we draw, or of a choice that we add.
"""
import ast
import inspect

import pytest
from mxnet.gluon import nn

from d2lmx.pages import sections
from d2lmx.pages.options import hyperparameters

PAGE = '''
2.4   num_steps=5
2.6   num_throws=1000 num_groups=500 group_size=10
3.1   n=10000
3.2   num_examples=1000 num_epochs=3 lr=0.03 batch_size=10
3.3   num_examples=1000 num_epochs=3 lr=0.03 batch_size=10
3.5   batch_size=256 resized_batch_size=32 resize=64
3.6   num_epochs=10 lr=0.1 batch_size=256
3.7   num_epochs=10 lr=0.1 batch_size=256
4.2   num_epochs=10 lr=0.1 batch_size=256 num_hiddens=256
4.3   num_epochs=10 lr=0.1 batch_size=256 num_hiddens=256
4.4   num_epochs=400 num_epochs_all=1500 lr=0.01 batch_size=10 n_train=100 n_test=100
4.5   lambd=3 num_epochs=100 lr=0.003 batch_size=5 n_train=20 n_test=100 num_inputs=200
4.6   num_epochs=10 lr=0.5 batch_size=256 num_hiddens1=256 num_hiddens2=256
      dropout1=0.2 dropout2=0.5
4.8   num_matrices=100
4.10  k=5 num_epochs=100 lr=5 weight_decay=0 batch_size=64
6.1   num_pixels=1000000 num_hiddens=1000
6.2   num_steps=10 lr=0.03
6.6   num_epochs=10 lr=0.9 batch_size=256
7.1   num_epochs=10 lr=0.01 batch_size=128 resize=224
7.2   num_epochs=10 lr=0.05 batch_size=128 resize=224 ratio=4
7.3   num_epochs=10 lr=0.1 batch_size=128 resize=224
7.4   num_epochs=10 lr=0.1 batch_size=128 resize=96
7.5   num_epochs=10 lr=1.0 batch_size=256
7.6   num_epochs=10 lr=0.05 batch_size=256 resize=96
7.7   num_epochs=10 lr=0.1 batch_size=256 resize=96
8.1   num_epochs=5 lr=0.01 batch_size=16 num_points=1000 num_train=600 tau=4
8.5   num_epochs=500 lr=1 batch_size=32 num_steps=35 num_hiddens=512
      use_random_iter=False
8.6   num_epochs=500 lr=1 batch_size=32 num_steps=35 num_hiddens=256
      use_random_iter=False
9.1   num_epochs=500 lr=1 batch_size=32 num_steps=35 num_hiddens=256
9.2   num_epochs=500 lr=1 batch_size=32 num_steps=35 num_hiddens=256
9.3   num_epochs=500 lr=2 batch_size=32 num_steps=35 num_hiddens=256 num_layers=2
9.4   num_epochs=500 lr=1 batch_size=32 num_steps=35 num_hiddens=256 num_layers=2
9.5   batch_size=2 num_steps=8
9.7   embed_size=32 num_hiddens=32 num_layers=2 dropout=0.1 batch_size=64 num_steps=10
      lr=0.005 num_epochs=300
9.8   beam_size=2 length_penalty=0.75
10.1  num_keys=10
10.2  n_train=50 num_epochs=5 lr=0.5
10.3  num_hiddens=8 dropout=0.1
10.4  embed_size=32 num_hiddens=32 num_layers=2 dropout=0.1 batch_size=64 num_steps=10
      lr=0.005 num_epochs=250
10.5  num_hiddens=100 num_heads=5 dropout=0.5
10.6  num_hiddens=100 num_heads=5 dropout=0.5 encoding_dim=32 num_steps=60
10.7  num_hiddens=32 ffn_num_hiddens=64 num_heads=4 num_layers=2 dropout=0.1
      batch_size=64 num_steps=10 lr=0.005 num_epochs=200
11.4  eta=0.1 steps=50 steps_exponential=1000
11.5  n=256 num_epochs=2 num_epochs_gd=10
11.6  num_epochs=2
11.7  lr=0.1 num_epochs=2
11.8  lr=0.01 gamma=0.9 num_epochs=2
11.9  rho=0.9 num_epochs=2
11.10 lr=0.01 num_epochs=2
11.11 num_epochs=30 lr=0.3 batch_size=256
12.1  num_forwards=1000
12.2  n=1000 num_ops=10000
12.5  num_epochs=10 lr=0.2 batch_size=256
12.6  num_epochs=10 lr=0.1 batch_size=256
12.7  num_devices=4
13.1  num_epochs=10 lr=0.001 batch_size=256
13.2  num_epochs=5 batch_size=128 lr=0.01 lr_scratch=0.1 size=224
13.4  nms_threshold=0.5
13.6  batch_size=32
13.7  num_epochs=20 lr=0.2 weight_decay=0.0005 batch_size=32
13.9  batch_size=64 height=320 width=480
13.11 num_epochs=5 lr=0.1 wd=0.001 batch_size=32 height=320 width=480
13.12 backbone='vgg19' width=450 height=300 content_weight=1 style_weight=1000.0
      tv_weight=10 lr=0.9 num_epochs=500 lr_decay_epoch=50
13.13 num_epochs=20 lr=0.02 wd=5e-4 lr_period=4 lr_decay=0.9 batch_size=32
      valid_ratio=0.1
13.14 num_epochs=10 lr=5e-3 wd=1e-4 lr_period=2 lr_decay=0.9 batch_size=32
      valid_ratio=0.1 size=224
14.3  batch_size=512 max_window_size=5 num_noise_words=5
14.4  batch_size=512 max_window_size=5 num_noise_words=5 embed_size=100 lr=0.002
      num_epochs=5
14.6  num_merges=10
14.7  k=3
14.8  vocab_size=10000 num_hiddens=768 ffn_num_hiddens=1024 num_heads=4 num_layers=2
      dropout=0.2
14.9  batch_size=512 max_len=64
14.10 num_hiddens=128 ffn_num_hiddens=256 num_heads=2 num_layers=2 dropout=0.2
      batch_size=512 max_len=64 lr=0.01 num_steps=50
15.1  batch_size=64 num_steps=500
15.2  num_epochs=5 lr=0.01 batch_size=64 num_steps=500 num_hiddens=100 num_layers=2
15.3  num_epochs=5 lr=0.001 batch_size=64 num_steps=500
15.4  batch_size=128 num_steps=50
15.5  embed_size=100 num_hiddens=200 batch_size=256 num_steps=50 lr=0.001 num_epochs=4
15.7  dropout=0.1 batch_size=512 max_len=128 lr=1e-4 num_epochs=5
      pretrained='bert.small'
16.2  test_ratio=0.1 batch_size=256
16.3  num_factors=30 num_epochs=20 lr=0.002 wd=1e-5 batch_size=512 test_ratio=0.1
16.4  num_hidden=500 num_epochs=25 lr=0.002 wd=1e-5 batch_size=256 dropout=0.05
16.6  num_factors=10 num_epochs=10 lr=0.01 wd=1e-5 batch_size=1024
16.7  num_factors=10 L=5 num_epochs=8 lr=0.04 wd=1e-5 batch_size=4096
16.8  min_threshold=4
16.9  batch_size=2048 num_factors=20 lr=0.02 num_epochs=30
16.10 batch_size=2048 num_factors=10 drop_rate=0.1 lr=0.01 num_epochs=30
17.1  num_epochs=20 lr_D=0.05 lr_G=0.005 batch_size=8 latent_dim=2
17.2  num_epochs=20 lr=0.005 latent_dim=100 batch_size=256
18.5  epsilon=0.05
18.7  lr=1e-11 num_steps=10
'''
# and, of 9.8, what 9.7 trains with
OURS = '''
2.7   num_lines=20
4.6   variant='scratch'
4.7   num_inputs=4 num_hiddens=3 num_outputs=2 lambd=0.1
4.8   num_layers=10 num_hiddens=256
4.9   num_examples=3000 num_epochs=300 lr=1.0 c=10.0
6.1   delta=1 num_channels=4
7.5   variant='tuned'
8.2   chinese='char'
8.3   batch_size=32 num_steps=35
8.5   variant='tuned'
8.7   num_steps=32 tau=4 keep=0.7 scale=0.9 num_draws=2000
9.1   variant='tuned'
9.2   variant='tuned'
9.6   batch_size=2 num_steps=4
9.8   embed_size=32 num_hiddens=32 num_layers=2 dropout=0.1 batch_size=64 num_steps=10
      lr=0.005 num_epochs=300
11.11 schedule='all'
12.3  n=2000 repeat=10
12.4  megabytes=256 n=2048 num_calls=2000
12.6  max_batches=0
12.7  size=1000003
13.1  max_batches=0
13.2  backbone='resnet18_v2' images='' max_batches=0
13.7  images='banana-detection' backbone='tiny' size=256
13.8  variant='faster' backbone='tiny' images='banana-detection' num_epochs=10
      lr=0.001 batch_size=16 size=256
13.11 backbone='resnet18_v2'
13.12 content='rainier' style='autumn-oak'
13.13 images='' max_batches=0
13.14 backbone='resnet34_v2' images='' max_batches=0
14.1  variant='cbow' batch_size=512 max_window_size=5 embed_size=100 lr=0.002
      num_epochs=5
14.2  batch_size=512 max_window_size=5 num_noise_words=5 embed_size=100 lr=0.002
      num_epochs=5
14.5  embed_size=100 max_window_size=10 x_max=100 alpha=0.75 lr=0.005 num_epochs=20
      batch_size=4096
14.6  num_merges_ptb=2000 embed_size=100 num_buckets=32768 max_window_size=5
      num_noise_words=5 lr=0.002 num_epochs=5 batch_size=512
15.2  embedding='glove.6b.100d'
15.3  embedding='glove.6b.100d'
15.6  vocab_size=200 num_hiddens=32 ffn_num_hiddens=48 num_heads=4 num_layers=2
      num_classes=2 num_tags=5
15.7  from_scratch=False max_batches=0
16.1  k=50
16.5  num_points=41 largest=4.0
16.9  weight_decay=0 tuned=False num_seeds=3
16.10 weight_decay=0 tuned=False num_seeds=3
17.2  channels=64 images='pokemon'
18.2  num_components=20
18.9  images='digits'
20.1  variant='transformer' token='char' min_freq=2 max_steps=50 num_hiddens=128
      num_layers=2 dropout=0.1 ffn_num_hiddens=512 num_heads=4 lr=0.001 batch_size=64
      num_epochs=8 num_valid=500 num_test=1500 beam_size=4 length_penalty=0.75
      to='symbol'
20.2  sentences='' word_column=1 tag_column=-1 test_ratio=0.1 min_freq=2 embed_size=32
      num_hiddens=64 num_layers=1 dropout=0.3 bidirectional=True lr=0.005
      batch_size=32 num_epochs=10 to='symbol'
21.1  num_seeds=3 garment='sneaker' num_epochs=20 lr=0.1 batch_size=32
      num_train=5000 num_valid=5000 num_points=400
21.2  num_seeds=3 num_hiddens=8 num_epochs=100 lr=0.5 batch_size=50 num_points=500
21.3  num_seeds=3 num_bits=8 num_epochs=200 lr=0.01 batch_size=32 most_units=96
21.4  num_seeds=3 num_epochs=20 lr=0.2 batch_size=64 wd=0.01 num_train=4000
      num_valid=4000
21.5  num_seeds=3 num_epochs=40 lr=0.03 batch_size=16 l1=0.0005 l2=0.005 num_train=250
      num_valid=1500
21.6  num_seeds=3 num_layers=50 num_hiddens=64 num_epochs=10 lr=0.001 batch_size=64
      num_train=2000 max_steps=20000
21.7  num_seeds=3 num_epochs=10 batch_size=64 num_train=4000 num_rates=4
21.8  num_seeds=3 per_axis=3 num_train=1000 num_valid=1000 num_epochs=4 batch_size=50
      num_hiddens=32
21.9  num_seeds=3 max_params=20000 num_epochs=15 lr=0.002 batch_size=64 num_train=5000
      num_valid=5000
21.10 num_seeds=3 planted=0.02 wrong=0.2 num_epochs=8 lr=0.002 batch_size=64
      num_train=6000 num_valid=5000
21.11 num_seeds=3 wrong=0.05 num_train=6000 num_small=200 num_valid=3000 num_epochs=8
      lr=0.002 batch_size=50
21.12 num_seeds=3 known=0.2 num_few=100 num_many=3000 num_test=2000 num_epochs=6
      lr=0.002 batch_size=50
21.13 num_seeds=3 num_epochs=4 lr=0.003 batch_size=32 num_train=10000 num_test=10000
      num_epochs_kernel=50 lr_kernel=0.05
21.14 num_seeds=3 num_epochs=3 lr=0.002 batch_size=32 num_train=5000 num_test=10000
21.15 num_seeds=3 num_epochs=4 lr=0.003 batch_size=32 num_train=2000 num_test=2000
      deep=5 deepest=152
21.16 num_seeds=3 num_nets=5 num_epochs=4 lr=0.003 batch_size=32 num_train=5000
      num_test=10000
21.17 images='banana-detection' backbone='tiny' num_epochs=10 lr=0.001 batch_size=16
      size=128 num_priors=3 num_seeds=3
21.19 num_seeds=3 num_epochs=4 lr=0.003 batch_size=32 num_train=10000 num_test=2000
21.18 num_people=400 num_unseen=100 num_pictures=4 embed_size=32 num_epochs=12 lr=0.002
      batch_size=16 num_seeds=3
21.20 sentences='' most_sentences=2000 num_hiddens=32 lr=0.01 batch_size=32 num_epochs=6
      num_samples=1000 num_seeds=3
21.21 perplexity=10 num_steps=500 embedding='glove.6b.50d' num_seeds=3
21.22 num_pairs=8000 num_test=300 most_tokens=12 num_words=400 embed_size=64
      num_hiddens=64 lr=0.005 batch_size=64 num_epochs=8 num_seeds=3
21.23 num_train=600 num_test=200 num_hiddens=32 lr=0.003 batch_size=32 num_epochs=15
      num_seeds=3
21.24 num_train=1500 num_test=300 num_hiddens=48 lr=0.004 batch_size=32 num_epochs=12
      num_seeds=3
22.1  num_seeds=3 num_epochs=4 lr=0.003 batch_size=32 num_train=2000 num_test=2000
      num_rounds=10 size=64
22.2  images='banana-detection' backbone='tiny' choose_weights=False num_seeds=3
      num_points=10 num_iterations=500 num_epochs=1 lr=0.002 batch_size=16 size=64
      num_train=800 num_val=100
22.3  num_seeds=3 num_epochs=20 lr=0.002 batch_size=64 num_train=2000 num_test=10000
      num_scenes=300 num_pairs=20000
22.4  network='LeNet' num_seeds=3 num_epochs=6 lr=0.002 tune_lr=0.002 batch_size=32
      num_train=2000 resnet_train=4000 num_test=2000 pool=4 num_rounds=40
22.5  teacher='ResNet-18' num_seeds=3 num_epochs=64 lr=0.002 batch_size=32
      soft_share=0.7 num_train=400 teacher_train=5000 teacher_epochs=4 pool=4
      num_test=4000
22.6  images='' backbone='tiny' num_epochs=20 num_rates=3 batch_size=16 size=96
      num_channels=32 num_train=360 num_val=80 num_seeds=3 num_rounds=10
22.7  num_seeds=3 num_epochs=5 lr=0.003 batch_size=32 num_train=2000 num_test=2000
      ratio=4 num_rounds=20
22.8  num_seeds=3 num_epochs=6 lr=0.001 batch_size=32 num_scenes=2000 num_test=300
      num_train=1000 deep=5 num_points=13 num_steps=400
23.2  num_points=200 num_components=2 num_seeds=3
23.3  num_samples=20000 num_seeds=3
23.4  most_equations=11 condition=5 num_steps=20
23.5  num_draws=2000 num_places=400 num_points=120 noise=0.1 num_seeds=3
23.6  num_epochs=60 lr=0.005 batch_size=64 num_hiddens=32 num_train=2000 num_starts=100
      xor_steps=1000 num_seeds=3
23.17 num_samples=20000 num_chains=5000 num_runs=100 num_rounds=2000 num_temperatures=8
      num_seeds=3
23.7  num_epochs=15 lr=0.002 batch_size=32 num_train=2000 num_test=2000
      perturbation=0.1 num_bags=2000 tangent_epochs=500 tangent_weight=0.1 num_seeds=3
23.8  num_matrices=20000 condition=100 num_chains=5000 num_learners=200 num_seeds=3
23.13 num_points=5000 num_pictures=500 num_steps=1000 num_rounds=100 num_seeds=3
23.16 num_graphs=30 num_samples=50000 num_seeds=3
23.9  num_epochs=8 lr=0.003 batch_size=32 num_train=1000 num_test=2000
      num_examples=40 num_filters=12 num_seeds=3
23.10 num_epochs=6 lr=0.02 batch_size=32 num_train=4000 num_steps=20000 num_seeds=3
23.11 num_seeds=3 num_examples=100000 num_train=2000 num_valid=2000 num_epochs=20
      num_steps=100 num_draws=20000
23.12 num_seeds=3 num_train=4000 num_test=2000 num_epochs=16 lr=0.003 batch_size=64
      num_tokens=3000
23.14 num_epochs=40 lr=0.01 batch_size=500 num_points=10000 num_steps=1000 sigma=0.5
      num_seeds=3
23.15 num_epochs=15 lr=0.003 batch_size=100 num_unlabelled=3000 num_labelled=100
      num_test=2000 tuning_epochs=200 strength=1 domain_epochs=15 num_points=10000
      num_seeds=3
23.18 side=3 num_hidden=12 num_steps=3000 lr=0.2 num_temperatures=300 num_chains=100
      num_points=200000 num_seeds=3
23.19 num_points=300 em_steps=500 num_codes=500 num_rounds=200 net_steps=500
      num_seen=200 num_sweeps=20 wake_steps=20000 lr=0.1 num_seeds=3
23.20 num_epochs=10 lr=0.005 batch_size=100 num_train=4000 num_test=1000 num_draws=50
      num_steps=300 num_seeds=3
23.21 shrink=2 num_hidden=8 num_second=8 num_maps=8 kernel=5 num_steps=400 lr=0.3
      batch_size=200 num_chains=50 num_temperatures=200 num_train=2000 num_test=500
      num_seeds=3
'''


def read_table(text):
    """{section: {option: value}}; a section may go on in further lines."""
    table, number = {}, None
    for line in text.strip().splitlines():
        if line[0] != ' ':
            number, _, line = line.partition(' ')
            assert number not in table, f'{number} stands twice'
        pairs = dict(pair.split('=') for pair in line.split())
        table.setdefault(number, {}).update(
            {name: ast.literal_eval(value) for name, value in pairs.items()})
    return table


TABLES = read_table(PAGE), read_table(OURS)


@pytest.mark.parametrize('entry', sections.sections(), ids=lambda entry: entry.slug)
def test_options_begin_with_the_values_of_the_page(entry):
    page, ours = (table.get(entry.number, {}) for table in TABLES)
    assert not set(page) & set(ours)
    found = {name: default for name, (_, default)
             in hyperparameters(sections.load(entry).run).items()}
    assert found == {**page, **ours}, (
        f"{entry.number}: a default is another than in PAGE (the page's value) or OURS "
        'above, or has no entry there')


def test_the_tables_name_sections_that_there_are():
    numbers = {entry.number for entry in sections.sections()}
    for table in TABLES:
        assert not set(table) - numbers


@pytest.mark.parametrize('entry', sections.sections(), ids=lambda entry: entry.slug)
def test_the_network_begins_with_the_options_of_its_run(entry):
    # it is what `export`, `compare` and `bench` take; theirs may be another variant
    page = sections.load(entry)
    options = {name: default for name, (_, default)
               in hyperparameters(page.run).items()}
    build = inspect.signature(getattr(page, 'build_net', lambda: None)).parameters
    shared = set(options) & set(build) - {'variant'}
    assert {name: build[name].default for name in shared} == {
        name: options[name] for name in shared}


@pytest.mark.parametrize('number, chances', [
    ('4.6', [.2, .5]), ('7.1', [.5, .5]), ('7.2', [.5, .5]), ('7.3', [.5])])
def test_networks_drop_by_the_chances_of_the_page(section, number, chances):
    layers = section(number).build_net()._children.values()
    assert [layer._rate for layer in layers if isinstance(layer, nn.Dropout)] == chances
