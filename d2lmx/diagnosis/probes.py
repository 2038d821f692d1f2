"""What is installed on this machine, and what comes of trying it."""
import importlib.metadata
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from threading import Thread


def probe(code):
    """Run `code`, which sets `told`, in its own Python: (told, None) or (None, why)."""
    home = str(Path(__file__).resolve().parent.parent.parent)
    path = os.pathsep.join(filter(None, [home, os.environ.get('PYTHONPATH')]))
    code += '\nimport json\nprint("\\n" + json.dumps(told))'
    try:
        done = subprocess.run([sys.executable, '-c', code], text=True, timeout=120,
                              capture_output=True,
                              env={**os.environ, 'PYTHONPATH': path})
    except subprocess.TimeoutExpired:
        return None, 'no answer within two minutes'
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1]), None
    if done.returncode < 0:
        return None, f'the process crashed (signal {-done.returncode})'
    return None, (done.stderr.strip().splitlines() or ['no message'])[-1]


def installed(name):
    """Version of an installed package, or None."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def installed_gpu_wheels() -> list:
    """Names of MXNet's CUDA builds that are installed."""
    names = {package.metadata['Name'] for package in importlib.metadata.distributions()}
    return sorted(name for name in names if name and name.startswith('mxnet-cu'))


def answers(url) -> bool:
    """Whether any answer comes from the host of `url` within three seconds."""
    heard = []

    def ask():
        try:
            urllib.request.urlopen(url, timeout=3).close()
        except urllib.error.HTTPError:
            pass  # a refusal is an answer
        except OSError:
            return
        heard.append(True)

    thread = Thread(target=ask, daemon=True)  # looking a name up has no time-out
    thread.start()
    thread.join(3)
    return bool(heard)
