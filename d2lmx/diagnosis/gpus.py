"""What owners of a GPU can expect of MXNet 1.9.1, in plain words.

Measured is what the published wheels hold (cuobjdump: kernels for 5.0, 6.0, 7.0, 8.0
and 8.6, no PTX); that they run is not, as this project has been tested on no GPU.
"""
import subprocess

CUDA_KERNELS = 8.6  # newest compute capability in the wheels
WAYS = ('export networks with `d2lmx export SECTION --to onnx` for onnxruntime-gpu, '
        'train their PyTorch twins (`d2lmx compare`), or build the fork smolix/mxnet')


def has_kernels(capability: float) -> bool:
    """Whether the wheels hold kernels that such a GPU runs."""
    return capability <= CUDA_KERNELS


def prospect(capability: float) -> str:
    """What a GPU build of MXNet will do on such a GPU."""
    if has_kernels(capability):
        return f'the wheel holds kernels for it (up to {CUDA_KERNELS}), untested here'
    if capability < 9:
        return (f'newer than the kernels of MXNet (up to {CUDA_KERNELS}), which should '
                'run, as the major version is the same; untested here')
    return (f'newer than the kernels of MXNet (up to {CUDA_KERNELS}, and no PTX), '
            f'which cannot run on it: use the CPU, {WAYS}')


def advice(capability: float) -> str:
    """What to do with such a GPU beside the CPU build."""
    if capability < 9:
        return ('one for CUDA 11.2 is the package mxnet-cu112, in place of mxnet, with '
                'the libraries of CUDA 11 and cuDNN 8 (untested here)')
    return 'its GPU builds have no kernels for this card: ' + WAYS


def nvidia_cards() -> list:
    """(name, compute capability) of each GPU that the driver shows."""
    try:
        answer = subprocess.run(
            ['nvidia-smi', '--query-gpu=name,compute_cap', '--format=csv,noheader'],
            capture_output=True, text=True, timeout=10, check=True).stdout
        rows = [line.rsplit(',', 1) for line in answer.splitlines() if line.strip()]
        return [(name.strip(), float(capability)) for name, capability in rows]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []  # no driver, or one too old to tell
