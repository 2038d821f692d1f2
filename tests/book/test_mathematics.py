"""What the cells of chapter 18 ask of `d2l`, in their spelling, on MXNet's arrays."""
import pytest

CELLS = {
    'an area below a curve, 18.5 and 18.6': '''
x = np.arange(-2, 2, 0.01)
f = np.exp(-x**2)
d2l.set_figsize()
d2l.plt.plot(x, f, color='black')
d2l.plt.fill_between(x.tolist()[50:250], f.tolist()[50:250])
d2l.plt.show()
''', 'a surface, 18.5': '''
x, y = np.meshgrid(np.linspace(-2, 2, 11), np.linspace(-2, 2, 11), indexing='ij')
ax = d2l.plt.figure().add_subplot(111, projection='3d')
z = np.exp(-x**2 - y**2)
ax.plot_wireframe(x.asnumpy(), y.asnumpy(), z.asnumpy())
d2l.plt.xticks([-2, -1, 0, 1, 2])
ax.set_zlim(0, 1)
''', 'stems and a bar, 18.6 and 18.8': '''
a, p = 0.0, 0.2
d2l.plt.stem([a-2, a, a+2], [p, 1-2*p, p], use_line_collection=True)
d2l.plt.hlines(0.5, a - 4 * np.sqrt(2 * p), a + 4 * np.sqrt(2 * p), 'black', lw=4)
d2l.plt.vlines(a - 4 * np.sqrt(2 * p), 0.53, 0.47, 'black', lw=1)
d2l.plt.title(f'p = {p:.3f}')
d2l.plt.show()
''', 'steps, 18.8': '''
import numpy
x = numpy.arange(-1, 2, 0.01)
def F(x):
    return 0 if x < 0 else 1 if x >= 1 else 0.7
d2l.plot(x, numpy.array([F(y) for y in x]), 'x', 'c.d.f.')
''', 'pictures with predicted digits, 18.9': '''
X = np.floor(np.random.uniform(0, 2, size=(18, 28, 28)))
preds = [x.sum(axis=1)[:10].argmax(axis=0).astype(np.int32) for x in X]
d2l.show_images(X, 2, 9, titles=[str(d) for d in preds]);
''', 'points of a sample, 18.10': '''
xs = np.random.normal(loc=0, scale=1, size=(30,))
ys = [np.sum(np.exp(-(xs[0:i] - xs[i])**2)) / len(xs) for i in range(len(xs))]
xd = np.arange(np.min(xs), np.max(xs), 0.01)
d2l.plot(xd, np.exp(-xd**2/2) / np.sqrt(2 * np.pi), 'x', 'density')
d2l.plt.scatter(xs, ys)
d2l.plt.axvline(x=np.mean(xs), linestyle='--', color='purple')
d2l.plt.title(f'sample mean: {float(np.mean(xs)):.2f}')
d2l.plt.show()
'''}


@pytest.mark.filterwarnings('error')
@pytest.mark.filterwarnings('ignore:FigureCanvasAgg is non-interactive')
@pytest.mark.parametrize('name', CELLS)
def test_a_cell_draws(name):
    names = {}
    exec('from d2l import mxnet as d2l\nfrom mxnet import np, npx\nnpx.set_np()\n'
         + CELLS[name], names)
    axes = names['d2l'].plt.gcf().axes
    assert len(axes) == (18 if 'pictures' in name else 1)
    assert all(ax.lines or ax.collections or ax.images for ax in axes)
