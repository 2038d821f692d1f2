from matplotlib import pyplot as plt


def test_page_boxes_come_back_and_frame_the_animals(section):
    result = section('13.3').run()
    assert result['boxes'] == [[60, 45, 378, 516], [400, 112, 655, 493]]
    # middles and sides, worked out from these
    assert result['centers'] == [[219, 280.5, 318, 471], [527.5, 302.5, 255, 381]]
    assert result['come back'] == [[True] * 4] * 2
    plain, framed = (plt.figure(number).axes[0] for number in plt.get_fignums())
    assert not plain.patches
    assert [(*r.get_xy(), r.get_width(), r.get_height(), r.get_edgecolor()[:3])
            for r in framed.patches] == [(60, 45, 318, 471, (0, 0, 1)),
                                         (400, 112, 255, 381, (1, 0, 0))]
