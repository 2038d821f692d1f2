"""Semantic segmentation and the dataset (语义分割和数据集)

Source: chapter_computer-vision/semantic-segmentation-and-dataset
"""
from mxnet import gluon

import d2lmx as d2l

DATA = ('voc2012',)
SMOKE = dict(batch_size=4, height=64, width=96)
PRINTED = [({}, {'examples/train': (1114, 1114, 1114),
                 'examples/validation': (1078, 1078, 1078)})]
NUM_SHOWN = 5


def show_pairs(images, labels):
    """Draw pictures, and below each its mask."""
    d2l.show_images([*images, *labels], 2, len(images))


def read_pictures(voc_dir):
    """Draw the first pictures to train on, and read the classes of a part of one."""
    train_features, train_labels = d2l.read_voc_images(voc_dir, True)
    show_pairs(train_features[:NUM_SHOWN], train_labels[:NUM_SHOWN])
    y = d2l.voc_label_indices(train_labels[0], d2l.voc_colormap2label())
    crops = [d2l.voc_rand_crop(train_features[0], train_labels[0], 200, 300)
             for _ in range(NUM_SHOWN)]
    show_pairs(*zip(*crops))
    present = sorted(set(y.reshape(-1).tolist()))
    return {'shape': list(train_features[0].shape),
            'classes': [d2l.VOC_CLASSES[label] for label in present],
            'rows 105 to 114, columns 130 to 139': y[105:115, 130:140].tolist()}


def run(*, batch_size: int = 64, height: int = 320, width: int = 480) -> dict:
    voc_dir = d2l.download_extract('voc2012', 'VOCdevkit/VOC2012')
    first = read_pictures(voc_dir)
    crop_size = (height, width)
    voc_train = d2l.VOCSegDataset(True, crop_size, voc_dir)
    voc_test = d2l.VOCSegDataset(False, crop_size, voc_dir)
    for dataset in (voc_train, voc_test):
        print('read', len(dataset), 'examples')
    # book: with worker processes, since each look normalizes a picture
    train_iter = gluon.data.DataLoader(voc_train, batch_size, shuffle=True,
                                       last_batch='discard')
    X, Y = next(iter(train_iter))
    print(X.shape)
    print(Y.shape)
    return {'the first picture': first,
            'examples': {'train': len(voc_train), 'validation': len(voc_test)},
            'shapes of a batch': [list(X.shape), list(Y.shape)]}


if __name__ == '__main__':
    d2l.main(run)
