"""Tables as text."""
from d2lmx.viz.tables import table


def test_the_first_column_stands_at_the_left_and_the_others_at_the_right():
    assert table([{'layer': 'Dense 0', 'parameters': '5'},
                  {'layer': 'total', 'parameters': '1,205'}]).split('\n') == [
        'layer   parameters',
        'Dense 0          5',
        'total        1,205']


def test_a_cell_that_a_row_lacks_is_a_dash_and_an_empty_one_stays_empty():
    assert table([{'way': 'static', 'x': '1.00', '': 'EXCEEDED'},
                  {'way': 'eager', '': ''}]).split('\n') == [
        'way       x         ',
        'static 1.00 EXCEEDED',
        'eager     -         ']


def test_texts_are_shown_as_they_are_however_long():
    row = {'name': '007', 'value': '1e-05', 'note': 'n' * 200}
    assert table([row] * 200).split('\n')[-1].split() == [*row.values()]
    assert table([row] * 200).count('\n') == 200


def test_without_rows_there_is_no_table():
    assert table([]) == ''
