"""The object detection dataset (目标检测数据集)

Source: chapter_computer-vision/object-detection-dataset
"""
import d2lmx as d2l

DATA = ('banana-detection',)
SMOKE = dict(batch_size=16)


def run(*, batch_size: int = 32) -> dict:
    # book: BananasDataset prints the sizes; our loader does not print
    train_iter, val_iter = d2l.load_data_bananas(batch_size)
    sizes = [len(data_iter.arrays[0]) for data_iter in (train_iter, val_iter)]
    print(f'read {sizes[0]} training examples')
    print(f'read {sizes[1]} validation examples')
    batch = next(iter(train_iter))
    imgs = batch[0][:10].transpose(0, 2, 3, 1) / 255
    edge_size = imgs.shape[1]
    axes = d2l.show_images(imgs, 2, 5, scale=2)
    for ax, label in zip(axes, batch[1][:10]):
        d2l.show_bboxes(ax, [label[0][1:5] * edge_size], colors=['w'])
    return {'training examples': sizes[0], 'validation examples': sizes[1],
            'shapes of a batch': [list(array.shape) for array in batch]}


if __name__ == '__main__':
    d2l.main(run)
