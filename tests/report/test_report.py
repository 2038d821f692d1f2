"""The report: states, rows, pages, and what it refuses."""
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import d2lmx as d2l
from d2lmx.errors import MissingFile
from d2lmx.pages import sections
from d2lmx.report import tables
from d2lmx.report.chapters import TITLES
from d2lmx.report.entries import Entry, read_entries, read_figure
from d2lmx.report.records import Found, misfit
from d2lmx.report.site import size, write_report

from .conftest import MADE, SVG, beside, comparison, run_record, speeds, write

CODE = '<script>document.title = "taken"</script>'


class Page(HTMLParser):
    """Elements and texts of a page."""

    def __init__(self, file):
        super().__init__()
        self.elements, self.texts = [], []
        self.feed(file.read_text(encoding='utf-8'))

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.texts.append(data.strip())

    def cells(self):
        return [text for text in self.texts if text]


@pytest.fixture
def report(results, tmp_path):
    write_report(results, tmp_path / 'report')
    return tmp_path / 'report'


def page_of(report, slug):
    return Page(report / 'sections' / slug / 'index.html')


# ---- states and rows


def test_each_entry_has_the_state_that_its_record_says(results):
    states = {entry.slug: entry.state.key for entry in read_entries(results)}
    assert states == {
        '02.04_calculus': 'ran', '03.06_softmax_regression_scratch': 'outside',
        '03.07_softmax_regression_concise': 'inside', '06.06_lenet': 'toy',
        '07.05_batch_norm': 'other', '09.07_seq2seq': 'not-run', 'own': 'ran',
        'resnet': 'ran'}


def test_a_file_belongs_to_the_section_that_begins_its_name(results):
    exported = {entry.slug: [name for name, _ in entry.exported]
                for entry in read_entries(results) if entry.exported}
    assert exported == {
        '06.06_lenet': ['06.06_lenet.onnx'], 'resnet': ['resnet.onnx'],
        '07.05_batch_norm': ['07.05_batch_norm_concise-0000.params',
                             '07.05_batch_norm_concise-symbol.json']}


CLAIMS = [{'claim': 'L1 makes weights zero', 'holds': True,
           'measured': {'zeros, L1': [0.25, 0.5, 0.75], 'zeros, none': 0}},
          {'claim': CODE, 'holds': False, 'measured': {'loss': [2, 'nan']}}]


def test_claims_have_the_mean_over_their_seeds_and_the_ends():
    first, second = tables.claims_of(run_record('2.4', options={'num_seeds': 3},
                                                result={'claims': CLAIMS}))
    assert first == ('L1 makes weights zero', [
        ('zeros, L1', '0.5 (0.25 to 0.75, 3 seeds)'), ('zeros, none', '0')], True)
    assert second.measured == [('loss', '(2, nan)')] and not second.holds


def test_numbers_side_by_side_are_no_seeds_and_one_seed_has_no_ends():
    rows = [d2l.claim('as printed', {'n': {'computed': 61, 'printed': 6e7}}, True),
            d2l.claim('low', {'loss': [.25, .75]}, True)]
    for seeds, loss in ((2, '0.5 (0.25 to 0.75, 2 seeds)'), (1, '0.25 (1 seed)')):
        rows[1]['measured']['loss'] = [.25, .75][:seeds]
        sizes, losses = tables.claims_of(run_record(
            '2.4', options={'num_seeds': seeds}, result={'claims': rows}))
        assert sizes.measured == [('n', 'computed 61, printed 6e+07')]
        assert losses.measured == [('loss', loss)]


@pytest.mark.parametrize('claims', [None, 3, 'text', {}, [3], [{'claim': 'a'}], [
    {'claim': 'a', 'measured': [1], 'holds': True}]], ids=str)
def test_what_only_has_the_name_of_claims_is_a_value_as_others(claims):
    assert tables.claims_of(run_record('2.4', result={'claims': claims})) == []
    assert tables.values({'claims': claims}) or claims == {}


def test_claims_stand_on_their_sections_page_and_in_one_table(results, tmp_path):
    write(results / '02.04_calculus', run_record(
        '2.4', data='none', options={'num_seeds': 3},
        result={'claims': CLAIMS, 'final': {'loss': 0.125}}))
    write_report(results, tmp_path / 'report')
    section = page_of(tmp_path / 'report', '02.04_calculus')
    together = Page(tmp_path / 'report' / 'claims.html')
    for page in (section, together):
        cells = page.cells()
        assert {'L1 makes weights zero', CODE, 'holds', 'does not hold'} <= set(cells)
        assert any('0.5 (0.25 to 0.75, 3 seeds)' in cell for cell in cells)
        assert 'script' not in [tag for tag, attributes in page.elements
                                if 'src' not in attributes]
    assert '0.125' in section.cells()
    assert ('a', {'href': 'sections/02.04_calculus/index.html'}) in together.elements


def test_without_claims_their_page_says_so(report):
    assert any('No section that measures claims' in text
               for text in Page(report / 'claims.html').texts)


def test_a_number_is_drawn_where_it_lies_in_the_range():
    # the range of width 2 is drawn from 36 to 84: 24 a unit
    assert tables.marks(beside(2, 1, 0, 2)) == (60, 84)
    assert tables.marks(beside(-0.5, 0, 0, 2)) == (36, 24)
    assert tables.marks(beside(1e9, 2, 0, 2)) == (84, 114)  # at the edge
    assert tables.marks(beside(7, 7, 7, 7)) == (60, 60)
    assert tables.marks({**beside(1, 1, 0, 2), 'ours': 'no number'}) == ()
    assert tables.marks({**beside(1, 1, 0, 2), 'ours': float('inf')}) == ()


def test_a_narrow_range_shows_the_digits_in_which_its_ends_differ():
    narrow = beside(8.000118, 8.00012, 8.00011, 8.00013)
    row, = tables.compared({'numbers': {'x': narrow}})
    assert row[1:4] == ('8.000118', '8.00012', '8.00011 to 8.00013')
    assert tables.range_text(8.00011, 8.00013) == '8.00011 to 8.00013'
    assert tables.range_text(0.437, 0.465) == '0.437 to 0.465'


def test_a_result_becomes_rows_without_its_curves():
    rows = tables.values({'series': {'loss': []}, 'final': {'loss': 0.123456789},
                          'shapes': [2, 3], 'deep': {'series': {'a': 1}}, 'b': 'x\ny'})
    assert rows == [('final / loss', '0.123457', False), ('shapes', '(2, 3)', False),
                    ('deep / series / a', '1', False), ('b', 'x\ny', True)]


def test_an_option_tells_the_books_value_where_it_has_another():
    run = {'options': {'lr': 0.1, 'num_epochs': 1, 'unknown': 'x'}}
    assert tables.options(run, [('lr', 0.1), ('num_epochs', 10)]) == [
        ('--lr', '0.1', ''), ('--num-epochs', '1', '10'), ('--unknown', 'x', '')]


@pytest.mark.parametrize('value, text', [(8.43, '8.43 s'), (65.2, '1 min 5 s'),
                                         (7380, '2 h 3 min'), (0.05, '0.05 s')])
def test_times_are_for_people(value, text):
    assert tables.seconds(value) == text


def test_sizes_are_for_people():
    assert [size(count) for count in (0, 999, 1500, 2_340_000, 5 * 10 ** 12)] == [
        '0 bytes', '999 bytes', '1.5 kB', '2.34 MB', '5e+03 GB']


def test_a_difference_repeated_in_float64_is_judged_there():
    check = {'absolute': 0.1, 'relative': 'inf', 'tolerance': 1e-3, 'passed': True}
    double = {'absolute': 1e-9, 'relative': 2e-9, 'tolerance': 1e-3, 'passed': True}
    rows = tables.checks({'checks': {'steps': {**check, 'float64': double}}})
    assert rows == [('steps', '1.0e-01', 'inf', '1.0e-03', None),
                    ('in float64', '1.0e-09', '2.0e-09', '1.0e-03', True)]


def test_a_way_is_drawn_as_a_share_of_the_fastest():
    (what, unit, ways), = tables.timed(speeds())
    assert (what, unit) == ('training step', 'examples')
    assert [(way.name, way.rate, way.times, way.torch, way.share) for way in ways] == [
        ('imperative', '12,800', '1.00 ×', '0.50 ×', 0.4),
        ('static', '32,000', '2.50 ×', '1.25 ×', 1.0),
        ('torch eager', '25,600', '2.00 ×', '1.00 ×', 0.8)]


def test_the_speed_beside_pytorch_is_of_bench_else_of_compare():
    compared, timed = [(None, comparison())], [(None, speeds())]
    assert tables.speed_beside_torch(Found(comparisons=compared, speeds=timed)
                                     ) == '1.25 × best'
    assert tables.speed_beside_torch(Found(comparisons=compared)) == '1.50 × eager'
    assert tables.speed_beside_torch(Found()) == ''


def test_a_figure_is_described_by_its_words_and_sized_in_pixels(tmp_path):
    (tmp_path / '1.svg').write_text(SVG % '')
    figure = read_figure(tmp_path / '1.svg')
    assert figure[1:] == (120, 80, 'epoch, train loss')  # 4 pixels are 3 points


def test_a_folder_of_any_name_has_a_place_of_plain_letters():
    names = 'a b', 'a~20~b', 'ä', '<i>', 'a_b'
    places = {Entry(name, '', '').place for name in names}
    assert len(places) == 5 and 'a~20~b' in places and 'a_b' in places
    assert all(re.fullmatch(r'[\w.~-]+', place, re.ASCII) for place in places)


# ---- pages


def test_a_page_has_numbers_options_data_and_records(report):
    page = page_of(report, '06.06_lenet')
    cells = page.cells()
    assert {'ab12' * 10, 'images.gz', '--num-epochs', 'Toy data', 'final / train loss',
            '2.25', '1 min 5 s', '1.9.1', '06.06_lenet.onnx', '1.5 kB', 'two\nlines',
            'the two networks agree', '2.0e-07', 'torch eager',
            '卷积神经网络 LeNet'} <= set(cells)
    images = [given['src'] for tag, given in page.elements if tag == 'img']
    assert images == [f'../../sections/06.06_lenet/figures/{n}.svg' for n in (1, 2, 3)]
    third = report / 'sections/06.06_lenet/figures/3.svg'
    assert third.read_text() == SVG % 10  # behind 2.svg, though not by the alphabet
    # LeNet's weights and biases: 5*5*6+6, 6*5*5*16+16, 400*120+120, 120*84+84, 84*10+10
    assert '61,706' in cells
    record = report / 'sections/06.06_lenet/metrics.json'
    assert json.loads(record.read_text())['section'] == '6.6'


def test_a_page_without_a_comparison_has_the_books_numbers_and_the_reason(results,
                                                                        tmp_path):
    write(results / '03.07_softmax_regression_concise', run_record(
        '3.7', data='toy', book={'reason': "the data is toy, not the book's"}))
    write_report(results, tmp_path / 'report')
    cells = page_of(tmp_path / 'report', '03.07_softmax_regression_concise').cells()
    assert {'0.451', '0.437 to 0.465'} <= set(cells)
    assert "Not compared: the data is toy, not the book's." in cells


def test_every_link_and_picture_is_there_and_none_is_of_another_host(report):
    seen = 0
    for file in report.rglob('*.html'):
        ids = {given.get('id') for _, given in Page(file).elements}
        for tag, given in Page(file).elements:
            for address in filter(None, (given.get('href'), given.get('src'))):
                seen += 1
                assert not re.match(r'\w+:|//', address)
                assert (address[1:] in ids if address.startswith('#') else
                        (file.parent / address).is_file()), (file, address)
    assert seen > 50
    for file in report.glob('report.*'):
        assert not re.search(r'https?:|url\(|@import|fetch\(|eval', file.read_text())


def test_what_results_hold_is_text(results, tmp_path):
    (results / 'own' / 'metrics.json').unlink()
    (results / 'own').rmdir()
    write(results / '<b>own"', run_record(
        CODE, title=CODE, data=CODE, device=CODE, options={CODE: CODE},
        result={CODE: [CODE], 'final': {CODE: 1.0}, 'lines': f'\n{CODE}'},
        files=[{'name': CODE, 'file': CODE, 'data': CODE, 'sha1': CODE}],
        book={'reason': CODE}, versions={CODE: CODE}))
    write(results, comparison(title=CODE, port=CODE, passed=False, error=CODE,
                              conventions={CODE: CODE}), 'compare_06.06_lenet.json')
    write_report(results, tmp_path / 'report')
    shown = 0
    for file in (tmp_path / 'report').rglob('*.html'):
        elements = Page(file).elements
        assert [given for tag, given in elements if tag == 'script'] == [
            {'src': f'{"../../" if file.parent.parent.name == "sections" else ""}'
                    'report.js'}]
        assert not any(name.startswith('on') or name == 'style'
                       for _, given in elements for name in given)
        shown += file.read_text().count('&lt;script&gt;')
    assert shown > 15


def test_a_run_is_judged_by_the_ranges_of_today_and_tells_its_version(results,
                                                                      tmp_path):
    options = {'num_epochs': 10, 'lr': 0.1, 'batch_size': 256}
    final = {'train loss': 0.45, 'train acc': 0.846, 'test acc': 0.99}
    old = {**MADE, 'versions': {**MADE['versions'], 'd2lmx': '0.0.9'}}
    write(results / '03.07_softmax_regression_concise', run_record('3.7', **{
        **old, 'options': options, 'result': {'final': final}, 'book': None}))
    states = {entry.number: entry.state.key for entry in read_entries(results)}
    assert states['3.7'] == 'outside'  # when it ran, the book's number was not known
    write_report(results, tmp_path / 'report')
    told = page_of(tmp_path / 'report', '03.07_softmax_regression_concise').cells()
    assert any('Run by d2lmx 0.0.9' in text for text in told)
    other = page_of(tmp_path / 'report', '03.06_softmax_regression_scratch').cells()
    assert not any('Run by d2lmx' in text for text in other)


def test_runs_of_other_options_and_seeds_are_told_and_judged(results, tmp_path):
    options = {'num_epochs': 10, 'lr': 1.0, 'batch_size': 256, 'variant': 'concise'}
    final = {'train loss': 0.27, 'train acc': 0.9}
    tests = .85, .83, .84, .86, .7  # of mean 0.816, in the range of the means
    for seed, acc in enumerate(tests):
        label = 'variant-concise' + (f'_seed-{seed}' if seed else '')
        write(results / label / '07.05_batch_norm', run_record(
            '7.5', seed=seed, options=options,
            result={'final': {**final, 'test acc': acc}}))
    told = {name: book['numbers'] for entry in read_entries(results)
            for name, book in entry.others if entry.number == '7.5'}
    assert list(told) == ['--variant concise', *(
        f'--variant concise --seed {seed}' for seed in (1, 2, 3, 4)),
        'all seeds of --variant concise']
    mean, = told['all seeds of --variant concise'].values()
    assert mean['ours'] == pytest.approx(0.816) and mean['inside']
    assert told['--variant concise --seed 4']['test acc']['inside']  # one alone may
    write_report(results, tmp_path / 'report')
    page = page_of(tmp_path / 'report', '07.05_batch_norm')
    assert '--variant concise --seed 4' in page.cells()


def test_a_number_of_another_variant_that_is_outside_is_the_sections(results):
    options = {'num_epochs': 10, 'lr': 0.1, 'batch_size': 256}
    good = {'train loss': 0.45, 'train acc': 0.846, 'test acc': 0.84}
    run = dict(options=options, result={'final': good})
    write(results / '03.07_softmax_regression_concise', run_record('3.7', **run))
    bad = {'options': options, 'result': {'final': {**good, 'test acc': 0.5}}}
    folder = results / 'seed-1' / '03.07_softmax_regression_concise'
    for record, state in ((run, 'inside'), (bad, 'outside')):
        write(folder, run_record('3.7', seed=1, **record))
        assert {entry.state.key for entry in read_entries(results)
                if entry.number == '3.7'} == {state}


def test_every_chapter_has_a_chinese_title():
    there = {int(path.name[2:4]) for path in sections.chapters_folder().glob('ch*')}
    assert there and there - set(TITLES) == set()


def test_a_broken_section_hides_no_other(results, tmp_path, monkeypatch):
    broken = sections.find('6.6')
    load = sections.load

    def fail(section):
        if section == broken:
            raise RuntimeError('broken by hand')
        return load(section)

    monkeypatch.setattr(sections, 'load', fail)
    write_report(results, tmp_path / 'report')
    told = "The section’s file cannot be used: RuntimeError: broken by hand"
    assert told in page_of(tmp_path / 'report', '06.06_lenet').cells()
    assert '9.7' in Page(tmp_path / 'report' / 'index.html').cells()


def test_the_same_results_give_the_same_bytes(results, report, tmp_path):
    write_report(results, tmp_path / 'again')
    files = sorted(path.relative_to(report) for path in report.rglob('*'))
    assert files == sorted(path.relative_to(tmp_path / 'again')
                           for path in (tmp_path / 'again').rglob('*'))
    for name in files:
        if (report / name).is_file():
            assert (report / name).read_bytes() == (
                tmp_path / 'again' / name).read_bytes()


# ---- what is refused


@pytest.mark.parametrize('text, problem', [
    ('{', 'is no JSON'), ('[' * 10 ** 5, 'is no JSON'), ('[]', 'the record is list'),
    ('{"section": "6.6"}', "'data' is not there"),
    (json.dumps(run_record('6.6', files=[{'name': 1}])), "'name' is int"),
    (json.dumps(run_record('6.6', book={'numbers': {'x': {}}})), "'ours' is not there"),
    (json.dumps(run_record('6.6', timing=[])), "'timing' is list")])
def test_a_damaged_record_is_one_line_and_no_report(results, tmp_path, text, problem):
    file = results / '06.06_lenet' / 'metrics.json'
    file.write_text(text)
    with pytest.raises(ValueError, match='remove it, or let') as caught:
        write_report(results, tmp_path / 'report')
    assert str(file) in str(caught.value) and problem in str(caught.value)
    assert not (tmp_path / 'report').exists()


def test_numbers_that_are_none_are_shown_as_they_are(results, tmp_path):
    record = json.dumps(run_record('6.6', result={'final': {'x': 1}}))
    for text in ('NaN', '1e999', '9' * 400, '"\\ud800"'):
        (results / '06.06_lenet' / 'metrics.json').write_text(
            record.replace('{"x": 1}', '{"x": %s}' % text))
        write_report(results, tmp_path / 'report')


def test_a_form_names_the_place_that_does_not_fit():
    form = {'a': (None, int), 'b?': [{str: str}]}
    assert misfit({'a': None}, form) == misfit({'a': 1, 'b': [{'x': 'y'}]}, form) == ''
    assert misfit({'a': 'x'}, form) == "'a' is str"
    assert misfit({'a': 1, 'b': [{'x': 2}]}, form) == "'x' is int"


def test_a_report_gives_way_to_a_newer_one_and_nothing_else_does(results, tmp_path):
    out = tmp_path / 'report'
    write_report(results, out)
    (out / 'old').touch()
    write_report(results, out)
    assert not (out / 'old').exists()
    (tmp_path / 'mine').mkdir()
    (tmp_path / 'mine' / 'letter').touch()
    for place in (tmp_path / 'mine', tmp_path / 'mine' / 'letter'):
        with pytest.raises(ValueError, match='holds no report, and would be replaced'):
            write_report(results, place)
    for place in (results, tmp_path):
        with pytest.raises(ValueError, match='would replace the results in'):
            write_report(results, place)
    assert (tmp_path / 'mine' / 'letter').exists()


def test_nothing_to_report_on_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match='there is no folder .*d2lmx run'):
        write_report(tmp_path / 'nothing', tmp_path / 'report')


# ---- what the commands write today


def test_a_comparison_as_it_is_made_has_the_form(torch, results):
    from d2lmx.bench.comparison import comparison_record
    from d2lmx.pages.networks import find_network
    from d2lmx.report.records import COMPARISON
    record = comparison_record(find_network('3.7'), rounds=0)
    assert misfit(record, COMPARISON) == ''


def test_a_failure_counts_unless_a_later_run_succeeded(results):
    rows = [{'section': number, 'state': state, 'reason': reason} for number, state,
            reason in (('3.7', 'failed', 'no room'), ('3.6', 'done', ''),
                       ('9.7', 'failed', 'no memory'))]
    write(results, rows, 'summary.json')
    states = {entry.slug[:5]: (entry.state.key, entry.reason)
              for entry in read_entries(results)}
    assert states['09.07'] == ('failed', 'no memory')
    assert states['03.07'] == ('failed', 'no room')
    assert states['03.06'][0] == 'outside'
    later = (results / 'summary.json').stat().st_mtime + 60
    os.utime(results / '03.07_softmax_regression_concise' / 'metrics.json',
             (later, later))
    assert {entry.slug[:5]: entry.state.key for entry in read_entries(results)
            }['03.07'] == 'inside'


@pytest.mark.parametrize('name, told', [
    ('metrics.json', 'one run: name the folder that it is in'),
    ('notes.json', 'no results: `d2lmx run SECTION` makes them')])
def test_a_folder_in_which_nothing_was_left_makes_no_report(tmp_path, name, told):
    run = tmp_path / 'results' / '06.06_lenet'
    write(run, run_record('6.6'), name)
    with pytest.raises(MissingFile, match=re.escape(told)):
        write_report(run, tmp_path / 'report')
    assert not (tmp_path / 'report').exists()


def test_a_report_never_replaces_the_folder_that_one_is_in(
        results, tmp_path, monkeypatch):
    (tmp_path / 'here').mkdir()
    monkeypatch.chdir(tmp_path / 'here')
    with pytest.raises(ValueError, match='would replace .*here, where you are'):
        write_report(results, Path('.'))
    assert list(tmp_path.glob('here/*')) == []


def test_a_figure_that_is_a_link_to_nothing_is_left_out(tmp_path):
    slug, = (s.slug for s in sections.sections() if s.number == '6.6')
    write(tmp_path / slug, run_record('6.6'))
    (tmp_path / slug / 'figures').mkdir()
    (tmp_path / slug / 'figures' / '1.svg').symlink_to('nothing')
    (tmp_path / slug / 'figures' / '2.svg').write_text(SVG)
    entry, = (e for e in read_entries(tmp_path) if e.number == '6.6')
    assert [figure.file.name for figure in entry.figures] == ['2.svg']
