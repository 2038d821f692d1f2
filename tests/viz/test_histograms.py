import d2lmx as d2l


def test_bars_count_the_lists_of_each_length():
    axes = d2l.show_list_len_pair_hist(['a', 'b'], 'length', 'count',
                                       [[0], [0], [0, 0]], [[0] * 11])
    first, second = axes.containers
    # ten bars of width 1 over the lengths 1 to 11
    assert [bar.get_height() for bar in first] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert [bar.get_height() for bar in second] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert all(bar.get_hatch() == '/' for bar in second)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ('length', 'count')
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ['a', 'b']
