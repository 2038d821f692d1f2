"""Eigendecompositions (特征分解)

Source: chapter_appendix-mathematics-for-deep-learning/eigendecomposition
"""
import numpy as np

import d2lmx as d2l

DATA = ('fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_components=5)
RANGES = dict(num_components=(1, 500))

# printed, then what another version of LAPACK may give
PRINTED = [({}, {
    'eigenvalues of ((2, 1), (2, 3))/0': (1, 0.99999, 1.00001),
    'eigenvalues of ((2, 1), (2, 3))/1': (4, 3.99999, 4.00001),
    **{f'nearly diagonal/eigenvalues/{i}': (value, value - 1e-5, value + 1e-5)
       for i, value in enumerate((0.99228545, 2.97343718, 4.95394089, 9.08033648))},
    **{f'norms of eigenvalues/{i}': (value, value - 1e-5, value + 1e-5)
       for i, value in enumerate((0.8786205, 1.2757953, 1.4983382, 1.4983382,
                                  1.9744593))}})]


def gershgorin(A):
    """Eigenvalues of a symmetric matrix, and the intervals in which they must lie.

    Each is around a number of the diagonal, as wide to both sides as the others of
    its row add up to.
    """
    centers = np.diag(A)
    radii = abs(A).sum(axis=1) - abs(centers)
    return {'eigenvalues': np.linalg.eigvalsh(A).tolist(),
            'intervals': np.stack([centers - radii, centers + radii], 1).tolist()}


def norms_of_powers(A, v, num_iterations=100):
    """Norms of v, A v, A A v, ...: (num_iterations,)."""
    norm_list = [np.linalg.norm(v)]
    for _ in range(1, num_iterations):
        v = A.dot(v)
        norm_list.append(np.linalg.norm(v))
    return np.array(norm_list)


def plot_growth(norms, name):
    """Draw the norms and how many times the norm before each is; returns the last."""
    ratios = norms[1:] / norms[:-1]
    d2l.plot(np.arange(len(norms)), norms, 'Iteration', 'Value')
    d2l.plt.title(name)
    d2l.plot(np.arange(1, len(norms)), ratios, 'Iteration', 'Ratio')
    d2l.plt.title(name)
    return float(ratios[-1])


def random_data(k=5):
    """What a random matrix (k, k), applied again and again, does to the length."""
    rng = np.random.RandomState(8675309)
    A = rng.randn(k, k)
    norm_eigs = np.sort(abs(np.linalg.eigvals(A)))
    growth = plot_growth(norms_of_powers(A, rng.randn(k, 1)), 'A')
    A = A / norm_eigs[-1]
    rescaled = plot_growth(norms_of_powers(A, rng.randn(k, 1)), 'A, rescaled')
    return {'norms of eigenvalues': norm_eigs.tolist(),
            'last ratio of norms': growth, 'last ratio, rescaled': rescaled}


def pca_by_eigendecomposition(X, num_components):
    """Directions (num_components, d) of most variance of rows X (n, d), and variances.

    They are the eigenvectors of the covariance matrix, and its eigenvalues.
    """
    centered = X - X.mean(axis=0)
    variances, W = np.linalg.eigh(centered.T.dot(centered) / len(X))
    first = np.argsort(variances)[::-1][:num_components]
    return W.T[first], variances[first]


def pca_by_svd(X, num_components):
    """The same from the singular values of the rows, without their covariance."""
    _, values, W = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    return W[:num_components], values[:num_components] ** 2 / len(X)


def pca_of_pictures(num_components):
    """PCA of garments both ways; draws the directions and pictures put together."""
    images, _ = d2l.read_fashion_mnist(is_train=False)
    X = images.reshape(len(images), -1) / 255
    W, variances = pca_by_eigendecomposition(X, num_components)
    W_svd, variances_svd = pca_by_svd(X, num_components)
    mean = X.mean(axis=0)
    rebuilt = mean + (X - mean).dot(W.T).dot(W)
    total = X.var(axis=0).sum()
    shares = variances / total
    d2l.plot(np.arange(1, len(shares) + 1), shares.cumsum(), 'components',
             'share of the variance', ylim=[0, 1])
    parts = [mean.reshape(28, 28), *W[:8].reshape(-1, 28, 28)]
    d2l.show_images(parts, 1, len(parts), ['mean', *map(str, range(1, len(parts)))])
    d2l.show_images([*images[:9], *rebuilt[:9].reshape(-1, 28, 28).clip(0, 1)], 2, 9,
                    [*9 * ['picture'], *9 * ['rebuilt']])
    return {'share of the variance': float(shares.sum()),
            'variances': variances.tolist(),
            'squared error of a picture': float(((X - rebuilt) ** 2).sum(1).mean()),
            'variance left': float(total - variances.sum()),
            'SVD: largest difference of a variance':
                float(abs(variances - variances_svd).max()),
            'SVD: smallest cosine of a direction':
                float(abs((W * W_svd).sum(axis=1)).min())}


def run(*, num_components: int = 20) -> dict:
    eigs, vectors = np.linalg.eig(np.array([[2, 1], [2, 3]]))
    nearly_diagonal = np.array([[1.0, 0.1, 0.1, 0.1], [0.1, 3.0, 0.2, 0.3],
                                [0.1, 0.2, 5.0, 0.5], [0.1, 0.3, 0.5, 9.0]])
    return {'eigenvalues of ((2, 1), (2, 3))': eigs.tolist(),
            'eigenvectors, as columns': vectors.tolist(),
            'nearly diagonal': gershgorin(nearly_diagonal), **random_data(),
            'PCA of garments': pca_of_pictures(num_components)}


if __name__ == '__main__':
    d2l.main(run)
