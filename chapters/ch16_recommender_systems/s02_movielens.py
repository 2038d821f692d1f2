"""The MovieLens dataset (MovieLens数据集)

Source: chapter_recommender-systems/movielens
"""
import d2lmx as d2l

DATA = ('ml-100k',)
SMOKE = {}
PRINTED = [({}, {'users': (943, 943, 943), 'items': (1682, 1682, 1682),
                 'sparsity': (0.936953, 0.9369525, 0.9369535)})]
NUM_SHOWN = 5  # ratings


def draw_ratings(ratings):
    """How often each number of stars was given."""
    d2l.set_figsize()
    d2l.plt.hist(ratings, bins=[stars + .5 for stars in range(6)], ec='black')
    d2l.plt.xlabel('Rating')
    d2l.plt.ylabel('Count')
    d2l.plt.title('Distribution of Ratings in MovieLens 100K')


def sizes(data, num_users, num_items, test_ratio):
    """Ratings to train on and to test on, by both ways to split."""
    return {mode: [len(part) for part in d2l.split_data_ml100k(
        data, num_users, num_items, mode, test_ratio)]
        for mode in ('random', 'seq-aware')}


def run(*, test_ratio: float = 0.1, batch_size: int = 256) -> dict:
    data, num_users, num_items = d2l.read_data_ml100k()
    draw_ratings(data['rating'])
    *_, train_iter, _ = d2l.split_and_load_ml100k(test_ratio=test_ratio,
                                                  batch_size=batch_size)
    users, items, ratings = next(iter(train_iter))
    return {'users': num_users, 'items': num_items,
            'sparsity': 1 - len(data) / (num_users * num_items),
            'ratings': data[:NUM_SHOWN].to_dict('records'),
            'titles': d2l.read_titles_ml100k()[:NUM_SHOWN],
            'split into': sizes(data, num_users, num_items, test_ratio),
            'shapes of a batch': [list(array.shape) for array in
                                  (users, items, ratings)]}


if __name__ == '__main__':
    d2l.main(run)
