"""A model.json that a reader has edited is refused in a line, or does no harm."""
import json
import shutil

import cv2
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.errors import InputError, Unavailable
from d2lmx.pages import sections
from d2lmx.pages.prediction import takes_model

PAIR = ('a man sleeps', 'a man eats'),
SEEN = dict.fromkeys(('13.2', '13.7', '13.8', '13.11', '13.13', '13.14', '21.17'),
                     ['a.png'])
# inputs of each section's predict, '.png' for a picture; {} where they are to be made
INPUTS = {**SEEN, '13.12': ['a.png', 'a.png'], '14.6': ['unheard'],
          '14.10': ['the <mask> was here .'], '15.2': ['so great'],
          '15.3': ['so great'], '15.5': PAIR, '15.7': PAIR, '16.3': ['1'],
          '16.6': ['1'], '16.7': ['1'], '16.9': {}, '16.10': {}, '17.1': [],
          '17.2': [], '20.2': ['I was in London .'], '21.18': [('a.png', 'a.png')],
          '21.23': {}, '23.20': []}
OPTIONS = {'13.12': dict(num_epochs=1, size=32), '17.1': dict(num=2),
           '17.2': dict(num=2), '23.20': dict(num=2)}
PAGES = {'14.6': '14.7'}  # whose predict reads the model
PLACES = {'23.20': 'vae'}  # of the one of several that is predicted by, in its folder
OTHERS = ['20.1']         # has a file of another kind, see test_translator
# two that are no value of any key, and some that may be
NEVER, PERHAPS = (None, {}), ('x', -1, 0, 7, .5, 10 ** 9, 10 ** 400, [], ['x'], [-1],
                              [[]], [['x']], [.5] * 3, [[256] * 3], [[2 ** 40]])
ENTRIES = [sections.find(number) for number in INPUTS]


def inputs_of(number, folder, tmp_path):
    """What a section predicts from."""
    if number == '21.23':
        return [folder / 'listen.wav']
    if number in ('16.9', '16.10'):
        fields = json.loads((folder / 'model' / 'model.json').read_text())['about']
        return ['\t'.join(values[0] for values in fields['fields'])]
    cv2.imwrite(str(tmp_path / 'a.png'), onp.random.RandomState(0).randint(
        0, 256, (40, 48, 3)).astype('uint8'))

    def found(given):
        if isinstance(given, tuple):
            return tuple(map(found, given))
        return tmp_path / given if given.endswith('.png') else given

    return list(map(found, INPUTS[number]))


@pytest.fixture
def edited(smoke_run, section, tmp_path):
    """``edited(number, about)`` predicts by a section's model with an about edited."""
    def edited(number, about):
        folder = tmp_path / 'run'
        file = folder / 'model' / PLACES.get(number, '') / 'model.json'
        content = json.loads(file.read_text())
        file.write_text(json.dumps({**content, 'about': about}))
        page, model = section(PAGES.get(number, number)), folder / 'model'
        try:
            return page.predict(folder if number in PAGES else model, *edited.inputs,
                                **OPTIONS.get(number, {}))
        finally:
            d2l.plt.close('all')
            file.write_text(json.dumps(content))

    def prepare(number):
        shutil.copytree(smoke_run(number).folder, tmp_path / 'run',
                        ignore=shutil.ignore_patterns('checkpoint'))
        edited.inputs = inputs_of(number, tmp_path / 'run', tmp_path)
        return json.loads((tmp_path / 'run' / 'model' / PLACES.get(number, '')
                           / 'model.json').read_text())['about']

    edited.prepare = prepare
    return edited


def test_all_sections_that_predict_are_tried():
    found = {section.number for section in sections.sections()
             if takes_model(getattr(sections.load(section), 'predict', None))}
    assert found == {PAGES.get(number, number) for number in INPUTS} | set(OTHERS)


@pytest.mark.parametrize('entry', ENTRIES, ids=lambda entry: entry.slug)
def test_an_edited_model_is_refused_in_a_line_or_predicts(entry, edited):
    number = entry.number
    about = edited.prepare(number)
    assert edited(number, about)
    for key, value in about.items():
        for other in NEVER:
            # 14.7 takes what is no model of 14.6 for vectors alone
            with pytest.raises((InputError, Unavailable),
                               match=f'{key!r} is not a|has no vector of: unheard'):
                edited(number, {**about, key: other})
        more = [[*value, *value[:1]], value[:-1]] if isinstance(value, list) else []
        for other in (*PERHAPS, *more):
            try:
                edited(number, {**about, key: other})
            except (InputError, Unavailable) as error:
                assert '\n' not in str(error) and len(str(error)) < 1000
