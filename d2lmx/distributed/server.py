"""The scheduler, or a server, of MXNet's KVStore; run as a file by the launcher.

Importing MXNet in that role *is* serving, until the last worker has ended. Before that,
a thread watches stdin: where it ends, the launcher is gone, and so is this process.
"""
import importlib
import os
import signal
import sys
import threading


def end_with_launcher():
    while os.read(0, 65536):
        pass
    os.killpg(0, signal.SIGKILL)


def serve():
    threading.Thread(target=end_with_launcher, daemon=True).start()
    role = os.environ['DMLC_ROLE']
    os.environ['DMLC_ROLE'] = 'worker'  # for now: an optimizer that comes by pickle
    importlib.import_module('d2lmx')    # may be of a class of this library
    server = importlib.import_module('mxnet.kvstore.kvstore_server')
    os.environ['DMLC_ROLE'] = role
    server._init_kvstore_server_module()


if __name__ == '__main__':
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__))))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the launcher ends it
    serve()
