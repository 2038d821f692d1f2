"""The image classification dataset (图像分类数据集)

Source: chapter_linear-networks/image-classification-dataset
"""
import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict()


def read_dataset():
    """The sizes of both parts, one picture's shape, the classes; draws 18 pictures."""
    images, labels = d2l.read_fashion_mnist(is_train=True)
    test_images, _ = d2l.read_fashion_mnist(is_train=False)
    d2l.show_images(images[:18], 2, 9, titles=d2l.get_fashion_mnist_labels(labels[:18]))
    return {'training examples': len(images), 'test examples': len(test_images),
            'shape of a picture': list(images[0].shape),
            'classes': d2l.get_fashion_mnist_labels(range(10))}


def time_one_pass(batch_size):
    """Seconds for reading every minibatch of the training set once."""
    # book: a DataLoader with worker processes, which transform picture after picture
    train_iter, _ = d2l.load_data_fashion_mnist(batch_size)
    timer = d2l.Timer()
    for X, y in train_iter:
        continue
    return timer.stop()


def first_batch(batch_size, resize):
    """Shapes and types of a batch of pictures brought to another size."""
    train_iter, _ = d2l.load_data_fashion_mnist(batch_size, resize=resize)
    X, y = next(iter(train_iter))
    return {name: {'shape': list(a.shape), 'dtype': a.asnumpy().dtype.name}
            for name, a in (('X', X), ('y', y))}


def run(*, batch_size: int = 256, resized_batch_size: int = 32,
        resize: int = 64) -> dict:
    dataset = read_dataset()
    seconds = time_one_pass(batch_size)
    print(f'one pass over the training set: {seconds:.2f} sec')
    return {**dataset, 'a resized batch': first_batch(resized_batch_size, resize),
            'timing': {'one pass': seconds}}


if __name__ == '__main__':
    d2l.main(run)
