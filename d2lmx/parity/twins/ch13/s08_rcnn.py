"""Faster R-CNN of section 13.8, as a PyTorch reader would write it."""
import torch
from torch import nn
from torch.nn import functional as F

SIZES, RATIOS = (0.12, 0.2, 0.3, 0.45, 0.65), (1, 2, 0.5)


def build_net():
    """X (batch, 3, h, w) -> (batch, 10, 6): class, score, box; -1 where none."""
    return FasterRCNN(num_classes=1)


class FasterRCNN(nn.Module):
    def __init__(self, num_classes, num_detections=10, num_proposals=32):
        super().__init__()
        self.num_detections, self.num_proposals = num_detections, num_proposals
        self.features = features(3, 16, 32, 64, 64)
        self.rpn = RegionProposals(64, 64)
        self.head = RegionHead(64, num_classes)

    def forward(self, X):
        C = self.features(X)
        anchors, scores, offsets = self.rpn(C)
        rows = torch.cat([torch.sigmoid(scores)[..., None], moved(anchors, offsets)], 2)
        rows = torch.stack([suppressed(picture, picture[:, 0], picture[:, 1:], 0.7, 0,
                                       limit=256)[:self.num_proposals]
                            for picture in rows])
        rois, is_region = rows[..., 1:], (rows[..., :1] > 0).float()
        scores, offsets = self.head(C, rois)
        best, label = F.softmax(scores, dim=2)[..., 1:].max(dim=2, keepdim=True)
        rows = torch.cat([label.float(), best * is_region, moved(rois, offsets)], 2)
        # boxes of different classes do not suppress each other
        return torch.stack([suppressed(picture, picture[:, 1],
                                       picture[:, 2:] + 3 * picture[:, :1], 0.5, 0.01)
                            for picture in rows])[:, :self.num_detections]


class RegionProposals(nn.Module):
    """C -> anchors (n, 4), scores (batch, n), offsets (batch, n, 4)."""

    def __init__(self, num_inputs, num_channels):
        super().__init__()
        self.conv = nn.Conv2d(num_inputs, num_channels, kernel_size=3, padding=1)
        num_anchors = len(SIZES) * len(RATIOS)
        self.score = nn.Conv2d(num_channels, num_anchors, kernel_size=1)
        self.offset = nn.Conv2d(num_channels, 4 * num_anchors, kernel_size=1)

    def forward(self, C):
        height, width = C.shape[2:]
        x = (torch.arange(width) + 0.5).div(width).repeat(height)
        y = (torch.arange(height) + 0.5).div(height).repeat_interleave(width)
        sides = torch.tensor([(s * r ** 0.5, s / r ** 0.5) for s in SIZES
                              for r in RATIOS])
        middles = torch.stack([x, y], dim=1)[:, None]
        anchors = torch.cat([middles - sides / 2, middles + sides / 2], dim=2)
        Y = F.relu(self.conv(C))
        scores = self.score(Y).permute(0, 2, 3, 1).flatten(1)
        offsets = self.offset(Y).permute(0, 2, 3, 1).reshape(len(C), -1, 4)
        return anchors.reshape(-1, 4).to(C), scores, offsets


class RegionHead(nn.Module):
    """C, rois (batch, n, 4) -> scores (batch, n, 1 + classes), offsets (.., 4)."""

    def __init__(self, num_channels, num_classes):
        super().__init__()
        self.hidden = nn.Linear(num_channels * 49, 128)
        self.score = nn.Linear(128, 1 + num_classes)
        self.offset = nn.Linear(128, 4)

    def forward(self, C, rois):
        H = F.relu(self.hidden(roi_align(C, rois, 7).flatten(2)))
        return self.score(H), self.offset(H)


def features(num_inputs, *channels):
    layers = []
    for stage, num_channels in enumerate(channels):
        for i in range(2):
            layers += [nn.Conv2d(num_inputs, num_channels, kernel_size=3, padding=1,
                                 stride=2 if stage == i == 0 else 1, bias=False),
                       nn.BatchNorm2d(num_channels), nn.ReLU()]
            num_inputs = num_channels
        if stage > 0:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


def roi_align(C, rois, size, samples=2):
    """(batch, n, channels, size, size), for regions within the picture."""
    batch, n, _ = rois.shape
    points = (torch.arange(size * samples) + 0.5).to(C) / (size * samples)
    x, y = (rois[..., i, None] + (rois[..., i + 2] - rois[..., i])[..., None] * points
            for i in range(2))  # (batch, n, points)
    grid = torch.stack([x[:, :, None].expand(-1, -1, len(points), -1),
                        y[..., None].expand(-1, -1, -1, len(points))], dim=4)
    Y = F.grid_sample(C, 2 * grid.flatten(1, 2) - 1, padding_mode='border',
                      align_corners=False)  # (batch, channels, n * points, points)
    Y = F.avg_pool2d(Y, samples).reshape(batch, C.shape[1], n, size, size)
    return Y.transpose(1, 2)


def moved(boxes, offsets):
    """Boxes (.., n, 4) where offsets (batch, n, 4) lead, within the picture."""
    sides = boxes[..., 2:] - boxes[..., :2]
    middles = boxes[..., :2] + sides * (0.5 + offsets[..., :2] / 10)
    sides = sides * torch.exp((offsets[..., 2:] / 5).clamp(max=4))
    return torch.cat([middles - sides / 2, middles + sides / 2], 2).clamp(0, 1)


def suppressed(rows, scores, boxes, overlap, least, limit=None):
    """The rows (n, ..) that no better one overlaps, the best first; then -1."""
    order = torch.argsort(scores, descending=True, stable=True)
    order = order[scores[order] > least][:limit].tolist()
    overlaps, kept = iou(boxes.detach()), []
    for i in order:
        if not kept or overlaps[i, kept].max() <= overlap:
            kept.append(i)
    return torch.cat([rows[kept], -torch.ones_like(rows[len(kept):])])


def iou(boxes):
    """Of each pair of boxes (n, 4): (n, n)."""
    low = torch.maximum(boxes[:, None, :2], boxes[:, :2])
    high = torch.minimum(boxes[:, None, 2:], boxes[:, 2:])
    both = (high - low).clamp(min=0).prod(dim=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    return both / (areas[:, None] + areas - both).clamp(min=1e-12)
