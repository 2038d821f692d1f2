"""The book's detection data set: a banana on each of 1,100 pictures."""
from mxnet import gluon, np

from .detection import detection_folder, load_data_detection, read_detection

__all__ = ['read_data_bananas', 'BananasDataset', 'load_data_bananas']


def read_data_bananas(is_train: bool = True):
    """The pictures and labels of the banana set.

    Pictures (n, 256, 256, 3), uint8 RGB, and labels (n, 1, 5), float32: class 0, and
    the corners (x1, y1, x2, y2) of the banana in 0 to 1. Errors as of `read_detection`,
    and of `download_extract`.

    Book: 13.6 (sec_object-detection-dataset)
    """
    images, labels = read_detection(detection_folder(), is_train)
    # book: a list of pictures; and divides the class by 256, too, which only 0 survives
    return np.array(images.transpose(0, 2, 3, 1), dtype='uint8'), np.array(labels)


class BananasDataset(gluon.data.Dataset):
    """The banana set, an example at a time: X (3, 256, 256), float32, and Y (1, 5).

    Book: 13.6 (sec_object-detection-dataset)
    """

    def __init__(self, is_train: bool):
        self.features, self.labels = read_data_bananas(is_train)
        # book: prints how many were read; here the section does

    def __getitem__(self, idx):
        return self.features[idx].astype('float32').transpose(2, 0, 1), self.labels[idx]

    def __len__(self):
        return len(self.features)


def load_data_bananas(batch_size: int):
    """Training batches, shuffled, and validation batches of the banana set.

    A batch is X (batch, 3, 256, 256), float32 in 0 to 255, and Y (batch, 1, 5), as of
    `read_data_bananas`.

    Book: 13.6 (sec_object-detection-dataset)
    """
    train_iter, val_iter, _ = load_data_detection('banana-detection', batch_size)
    return train_iter, val_iter
