import numpy as onp


def test_shapes_are_those_that_the_page_prints(section):
    result = section('13.6').run()
    assert result['shapes of a batch'] == [[32, 3, 256, 256], [32, 1, 5]]


def test_sizes_of_both_parts_are_printed_as_on_the_page(smoke_run):
    smoke = smoke_run('13.6')
    assert smoke.output.splitlines() == ['read 96 training examples',
                                         'read 32 validation examples']
    assert smoke.result['training examples'] == 96


def test_ten_pictures_have_a_white_box_around_what_is_yellow(smoke_run):
    figure, = smoke_run('13.6').figures
    assert len(figure.axes) == 10
    for axes in figure.axes:
        box, = axes.patches
        image = axes.images[0].get_array()
        x, y = round(box.get_x()), round(box.get_y())
        inside = image[y:y + round(box.get_height()), x:x + round(box.get_width())]
        yellow = image[..., :2].min(axis=2) - image[..., 2]
        share = (inside[..., :2].min(axis=2) - inside[..., 2] > .1).mean()
        assert image.shape == (256, 256, 3) and onp.max(image) <= 1
        assert share > .2 and share > (yellow > .1).mean()
        assert box.get_edgecolor()[:3] == (1, 1, 1) and not box.get_fill()
