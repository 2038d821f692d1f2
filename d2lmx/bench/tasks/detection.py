"""Boxes around bananas, by SGD on two losses."""
from mxnet import autograd, gluon, init, np

from ...data.arrays import BatchIterator
from ...data.images.detection import as_floats, detection_folder, read_detection
from ...metrics import Accumulator
from ...models.ssd import calc_loss
from ...pages import sections
from ...train.engine import fit
from ..boxes import looped_targets
from .images import affordable, some
from .pictures import FEW


class Detection:
    """The task of 13.7."""

    unit, num_batches = 'examples', 4
    legend = ("the page's way: DataLoader without workers, imperative, what anchors "
              'are taught found picture by picture and box by box, float() of two '
              f'measures each batch, default waiting of threads; {FEW}')

    def __init__(self, network, options):
        size = options['size']
        self.network, most_batches = affordable(network, np.zeros((1, 3, size, size)))
        self.module = sections.load(network.section)
        self.wd = options['weight_decay']
        most = min(most_batches, self.num_batches) * self.network.batch_size
        self.arrays = [some(array, most) for array in read_detection(
            detection_folder(), is_train=True, size=size)]

    def count(self) -> int:
        """Pictures of what stands for an epoch."""
        return len(self.arrays[0])

    def train_iter(self):
        """This library's loader."""
        return BatchIterator(self.arrays, self.network.batch_size, shuffle=True,
                             transform=as_floats)

    def start(self):
        """The section's network with Xavier weights."""
        net = self.network.build_net().net
        net.initialize(init.Xavier())
        return net

    def ours(self, options):
        net = self.start()
        net.hybridize(**options)
        step = self.module.training_step(net, self.network.lr, self.wd)
        train_iter = self.train_iter()
        return lambda: fit(step, train_iter, 1)

    def page(self):
        net, module = self.start(), self.module
        images, labels = self.arrays
        pictures = np.array(images.transpose(0, 2, 3, 1), dtype='uint8')
        dataset = gluon.data.ArrayDataset(pictures, np.array(labels)).transform_first(
            lambda picture: picture.astype('float32').transpose(2, 0, 1))
        loader = gluon.data.DataLoader(dataset, self.network.batch_size, shuffle=True)
        trainer = gluon.Trainer(net.collect_params(), 'sgd', {
            'learning_rate': self.network.lr, 'wd': self.wd})

        def epoch():
            metric = Accumulator(4)
            for X, Y in loader:
                with autograd.record():
                    anchors, cls_preds, bbox_preds = net(X)
                    bbox_labels, bbox_masks, cls_labels = looped_targets(anchors, Y)
                    l = calc_loss(cls_preds, cls_labels, bbox_preds, bbox_labels,
                                  bbox_masks)
                l.backward()
                trainer.step(X.shape[0])
                metric.add(float(module.cls_eval(cls_preds, cls_labels)),
                           cls_labels.size,
                           float(module.bbox_eval(bbox_preds, bbox_labels, bbox_masks)),
                           bbox_labels.size)
            return 1 - metric[0] / metric[1], metric[2] / metric[3]

        return epoch

    def torch(self, build_port, num_threads):
        """What anchors are taught is found for a whole batch, as ours is."""
        import torch
        torch.set_num_threads(num_threads)
        net, train_iter = build_port(), self.train_iter()
        anchors = torch.from_numpy(self.anchors().asnumpy())
        optimizer = torch.optim.SGD(net.parameters(), lr=self.network.lr,
                                    weight_decay=self.wd)

        def epoch():
            net.train()
            right, error, count = 0, 0.0, 0
            for rows in train_iter.rows():
                X, Y = map(torch.from_numpy, rows)
                offsets, mask, classes = port_targets(anchors, Y)
                optimizer.zero_grad()
                preds = net(X)
                scores, bbox_preds = preds[:, :, :-4], preds[:, :, -4:] * mask
                cls = torch.nn.functional.cross_entropy(scores.transpose(1, 2), classes)
                l = cls + (bbox_preds - offsets).abs().mean()
                l.backward()
                optimizer.step()
                with torch.no_grad():
                    right += (scores.argmax(axis=2) == classes).sum()
                    error += (bbox_preds - offsets).abs().sum()
                    count += classes.numel()
            return 1 - float(right) / count, float(error) / (4 * count)

        return epoch

    def anchors(self):
        """Of each picture: (n, 4)."""
        net = self.start()
        return net(np.zeros((1, *self.arrays[0].shape[1:])))[0][0]


def port_targets(anchors, labels):
    """As `multibox_target`, of tensors: offsets (batch, n, 4), their mask (batch, n, 1)
    and classes (batch, n)."""
    import torch
    pictures, num_boxes = torch.arange(len(labels)), labels.shape[1]
    ious = port_iou(anchors, labels[:, None, :, 1:]) * (labels[:, None, :, 0] >= 0)
    best, assigned = ious.max(axis=2)
    assigned[best < 0.5] = -1
    for _ in range(num_boxes):
        best, place = ious.flatten(1).max(axis=1)
        anchor, box = place // num_boxes, place % num_boxes
        is_new = best > 0
        assigned[pictures[is_new], anchor[is_new]] = box[is_new]
        ious[pictures, anchor] = 0
        ious[pictures, :, box] = 0
    taught = labels[pictures[:, None], assigned]  # of -1: some box, which counts not
    is_taught = assigned >= 0
    sides = anchors[:, 2:] - anchors[:, :2]
    box_sides = taught[..., 3:] - taught[..., 1:3]
    shifts = (taught[..., 1:3] + taught[..., 3:] - anchors[:, :2] - anchors[:, 2:]) / 2
    offsets = torch.cat((10 * shifts / sides, 5 * torch.log(1e-6 + box_sides / sides)),
                        axis=2)
    mask = is_taught[..., None]
    return (torch.where(mask, offsets, 0.), mask,
            torch.where(is_taught, taught[..., 0].long() + 1, 0))


def port_iou(anchors, boxes):
    """Overlaps of tensors: anchors (n, 4), boxes (batch, 1, m, 4) -> (batch, n, m)."""
    import torch
    anchors = anchors[:, None]
    sides = (torch.minimum(anchors[..., 2:], boxes[..., 2:])
             - torch.maximum(anchors[..., :2], boxes[..., :2])).clamp(min=0)
    areas = [(X[..., 2:] - X[..., :2]).prod(axis=-1) for X in (anchors, boxes)]
    inner = sides.prod(axis=-1)
    return inner / (areas[0] + areas[1] - inner)
