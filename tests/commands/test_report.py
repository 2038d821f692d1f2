"""``d2lmx report``: pages, counts, and complaints of one line."""


def test_a_run_is_told_by_pages(call, capsys, tmp_path, monkeypatch):
    from d2lmx.pages import sections
    chosen = [sections.find('2.5'), sections.find('3.3')]
    assert call('run', '3.3', '--smoke', '--out', tmp_path / 'results') == 0
    capsys.readouterr()
    monkeypatch.setattr(sections, 'sections', lambda: chosen)
    assert call('report', tmp_path / 'results', '--out', tmp_path / 'report') == 0
    *counts, last = capsys.readouterr().out.splitlines()
    assert last == f'pages: {tmp_path}/report/index.html'
    assert [line.split()[0] for line in counts] == ['1', '1']
    assert counts[1].split()[1:3] == ['not', 'run']
    page = tmp_path / 'report/sections/03.03_linear_regression_concise/index.html'
    text = page.read_text()
    assert '--num-epochs' in text and 'd2lmx run' not in text
    other = tmp_path / 'report/sections/02.05_autograd/index.html'
    assert 'd2lmx run 2.5' in other.read_text()


def test_a_slip_is_one_line(complaint, tmp_path):
    told = complaint(1, 'report', tmp_path / 'nothing', '--out', tmp_path / 'report')
    assert told.startswith(f'd2lmx: there is no folder {tmp_path}/nothing of results')
    (tmp_path / 'results').mkdir()
    told = complaint(2, 'report', tmp_path / 'results', '--out', tmp_path / 'results')
    assert 'would replace the results' in told
    (tmp_path / 'results' / '06.06_lenet').mkdir()
    (tmp_path / 'results' / '06.06_lenet' / 'metrics.json').write_text('{')
    told = complaint(1, 'report', tmp_path / 'results', '--out', tmp_path / 'report')
    assert '06.06_lenet/metrics.json is no JSON' in told
    assert not (tmp_path / 'report').exists()
