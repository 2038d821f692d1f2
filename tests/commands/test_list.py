"""``d2lmx list``: a line a section."""
import json

from d2lmx.pages import sections


def test_list_has_a_line_a_section_and_the_same_as_json(call, capsys):
    assert call('list') == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(sections.sections())
    lenet = next(line for line in lines if ' lenet ' in line)
    assert lenet.split()[0] == '6.6' and 'fashion_mnist_train_images' in lenet
    assert call('list', '--json') == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row['name'] for row in rows] == [line.split()[1] for line in lines]
    assert all(row['title'] and row['title_zh'] for row in rows)
