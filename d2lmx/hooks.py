"""The import hooks: MXNet is prepared and mended on its way, `d2l.mxnet` is d2lmx.

And `d2lzh`, the package of the first edition, is d2lmx's room `edition1`.

Only the standard library is imported here, and only its cheapest part: the file
``d2lmx-mxnet.pth`` of an installed d2lmx loads this module by its path whenever Python
starts, so that a plain ``import mxnet`` works too, and the book's own first line,
``from d2l import mxnet as d2l``, or the first edition's, ``import d2lzh as d2l``.
"""
import sys

__all__ = []

WATCHED = ('mxnet', 'gluoncv')  # whose imports need `processor` and `compat`
DISPLAY = 'IPython.display'  # which `compat` mends where MXNet is
FRAMEWORKS = ('torch', 'tensorflow', 'paddle', 'jax')  # which d2lmx does not serve
FIRST = 'd2lmx.edition1'  # what `d2lzh` is here
ONE_EDITION = ('one process serves one edition: start another for {}, or restart the '
               "notebook's kernel")

# names that pages 14.9 and 14.10 save, with an underscore as there
UNDERSCORED = ('_read_wiki', '_get_next_sentence', '_get_nsp_data_from_paragraph',
               '_replace_mlm_tokens', '_get_mlm_data_from_tokens', '_pad_bert_inputs',
               '_WikiTextDataset', '_get_batch_loss_bert')


def use_numpy_semantics():
    """What ``import d2lmx`` does: MXNet's NumPy semantics are on once it is imported.

    The variables of `processor` are set at once, for whatever else reads them; the
    rest of it waits for MXNet's import. MXNet keeps its semantics for each thread: it
    is the importing one that has them. In a process of the first edition nothing is
    done: `import d2lzh` has prepared for MXNet, and its arrays are the older ones.
    """
    if is_first_edition():
        return
    _beside('processor').set_variables()
    if 'mxnet' in sys.modules:
        _beside('compat').prepare()
        import mxnet  # waits where another thread is importing it
        _ThenNumpy.follow(mxnet)
    else:
        _watch(_ThenNumpy(), 0)


def import_mxnet():
    """MXNet, or an ImportError that says how to find out what is wrong with it."""
    try:
        import mxnet
    except (ImportError, OSError, AttributeError) as error:
        raise ImportError(
            f'MXNet cannot be imported ({type(error).__name__}: {error}); run `python '
            '-m d2lmx doctor` to see what is wrong and how to mend it') from error
    return mxnet


def is_first_edition():
    """Whether this process is the first edition's: its `d2lzh` is d2lmx's own."""
    return getattr(sys.modules.get('d2lzh'), '__name__', None) == FIRST


def watch_imports():
    """Prepare for MXNet when it or gluoncv is first imported; answer for d2l, d2lzh."""
    _watch(_PrepareFirst(), 0)
    _watch(_AsBook(), len(sys.meta_path))


def start_up_line(file):
    """The line of a ``.pth`` file that loads this module and calls `watch_imports`.

    `file` is the Python expression of this module's path; a ``.pth`` line may use
    `sitedir`, its own folder. Whatever is missing later, the line stays silent.
    """
    code = ('try:\n'
            '    from _frozen_importlib_external import SourceFileLoader\n'
            "    hooks = type(sys)('_d2lmx_hooks')\n"
            f'    hooks.__file__ = {file}\n'
            "    SourceFileLoader('_d2lmx_hooks', hooks.__file__).exec_module(hooks)\n"
            '    hooks.watch_imports()\n'
            'except Exception:\n'
            '    pass\n')
    return f'import sys; exec({code!a})\n'


class _PrepareFirst:
    """An import finder that prepares for MXNet, and has it mended once it is there.

    IPython's display, too, of which pages of the book ask what it no longer has.
    """

    def find_spec(self, name, path=None, target=None):
        if name == DISPLAY and 'mxnet' in sys.modules:
            spec = _found_after(self, name, path, target)
            if spec is not None:
                _extend(spec.loader, _execute, _beside('compat').mend_display)
            return spec
        if name not in WATCHED:
            return None
        _beside('processor').set_variables()
        _beside('compat').prepare()
        if name != 'mxnet':
            return None
        spec = _found_after(self, name, path, target)
        if spec is not None and spec.loader is not None:  # a bare folder has none
            _extend(spec.loader, self.load, self.follow)
        return spec

    @staticmethod
    def load(execute, mxnet):
        import warnings
        with warnings.catch_warnings():  # dozens; `error` would end the import
            warnings.simplefilter('ignore')
            _beside('processor').load(
                lambda module: _beside('compat').load(execute, module), mxnet)

    @staticmethod
    def follow(mxnet):
        _beside('compat').mend(mxnet)
        if DISPLAY in sys.modules:  # as in every Jupyter kernel
            _beside('compat').mend_display(sys.modules[DISPLAY])
        _beside('processor').watch()


class _ThenNumpy(_PrepareFirst):
    """It has NumPy semantics turned on, too."""

    @staticmethod
    def follow(mxnet):
        _PrepareFirst.follow(mxnet)
        mxnet.npx.set_np()  # the one place where the library does


class _AsBook:
    """The last import finder: d2lmx answers for a `d2l` or `d2lzh` that is not there.
    """

    def find_spec(self, name, path=None, target=None):
        package, _, module = name.partition('.')
        if name != 'd2lzh' and (
                package != 'd2l' or module not in ('', 'mxnet', *FRAMEWORKS)):
            return None
        if module and not _is_ours(sys.modules[package]):
            return None
        if _found_after(self, name, path, target):
            return None
        from _frozen_importlib import ModuleSpec
        return ModuleSpec(name, self, origin=__file__, is_package=not module)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        if name == 'd2l.mxnet':
            sys.modules[name] = __import__('d2lmx')
        elif name == 'd2lzh':
            _refuse_numpy_semantics()
            module.__name__ = FIRST  # `is_first_edition` holds from here on
            sys.modules[name] = __import__(FIRST).edition1
            _pickle_as(name)
        elif name != 'd2l':
            raise ImportError(
                f'{name} is not here: of d2l, d2lmx serves d2l.mxnet alone (`from d2l '
                'import mxnet as d2l`); for the others make an environment of its own '
                "with the book's package d2l", name=name)


def _refuse_numpy_semantics():
    """ImportError where this process is the second edition's."""
    if 'd2lmx' in sys.modules:
        before = 'd2lmx has been imported here'
    elif not import_mxnet().util.is_np_array():
        return
    else:
        before = "MXNet's NumPy semantics are on here (npx.set_np)"
    raise ImportError(f"{before}, and d2lzh is the first edition's, of older arrays: "
                      + ONE_EDITION.format('d2lzh'), name='d2lzh')


def _pickle_as(package):
    """Have pickles name what the first edition's modules define by `package`.

    A process that reads them, as a worker that is started anew, then is of the first
    edition, too: by their own names it would import d2lmx first, the second's.
    """
    for name, module in list(sys.modules.items()):
        if name == FIRST or name.startswith(f'{FIRST}.'):
            own = package + name[len(FIRST):]
            sys.modules[own] = module
            for value in vars(module).values():
                if getattr(value, '__module__', None) == name:
                    value.__module__ = own


def _is_ours(d2l):
    """Whether `d2l` is what this module made, or a bare folder, which has no file."""
    return getattr(d2l, '__file__', None) in (None, __file__)


def _extend(loader, load, follow):
    """Let a loader execute its module by `load`, and call `follow` when it is there."""
    execute = loader.exec_module

    def exec_module(module):
        load(execute, module)
        follow(module)

    loader.exec_module = exec_module


def _execute(execute, module):
    execute(module)


def _watch(finder, place):
    # by name: a virtual environment's start-up runs the line, so makes the class, twice
    if type(finder).__name__ not in [type(other).__name__ for other in sys.meta_path]:
        sys.meta_path.insert(place, finder)


def _found_after(finder, *asked):
    """What the import finders after this one find, or None."""
    # those before it have been asked, and a second of its kind asks on, too
    for other in sys.meta_path[sys.meta_path.index(finder) + 1:]:
        find = getattr(other, 'find_spec', None)  # the oldest have no such method
        spec = find and find(*asked)
        if spec is not None:
            return spec
    return None


def _beside(name):
    """The module of that name beside this one, found without a package, as this is."""
    own = f'_d2lmx_{name}'
    if own not in sys.modules:
        from _frozen_importlib_external import SourceFileLoader
        module = type(sys)(own)
        file = __file__[:-len('hooks.py')] + f'{name}.py'
        SourceFileLoader(own, file).exec_module(module)
        sys.modules[own] = module
    return sys.modules[own]
