"""Feature-rich recommender systems (特征丰富的推荐系统)

Source: chapter_recommender-systems/ctr

Online advertisements: 34 fields of each, whose names nobody tells, and whether it was
clicked. Any file of that form is read, with other fields too: a root's ctr.zip, with
train.csv and test.csv in its folder.
"""
from pathlib import Path

import d2lmx as d2l

DATA = ('ctr',)
SMOKE = {}


def run(*, min_threshold: int = 4) -> dict:
    data_dir = Path(d2l.download_extract('ctr'))
    num_feat = d2l.count_fields(data_dir / 'train.csv')
    train_data = d2l.CTRDataset(data_dir / 'train.csv', min_threshold=min_threshold,
                                num_feat=num_feat)
    test_data = d2l.CTRDataset(data_dir / 'test.csv', train_data.feat_mapper,
                               train_data.defaults, min_threshold, num_feat)
    features, label = train_data[0]
    print(features, label)
    unknown = test_data.features == train_data.offsets + train_data.field_dims - 1
    return {'examples': {'train': len(train_data), 'test': len(test_data)},
            'fields': num_feat, 'values a field': train_data.field_dims.tolist(),
            'values': int(train_data.field_dims.sum()),
            'first example': {'features': features.tolist(), 'label': float(label[0])},
            'share of clicks': {'train': float(train_data.labels.mean()),
                                'test': float(test_data.labels.mean())},
            'share of rare and unknown values in the test': float(unknown.mean())}


if __name__ == '__main__':
    d2l.main(run)
