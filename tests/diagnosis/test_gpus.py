"""What the driver shows."""
import os

from d2lmx.diagnosis.gpus import nvidia_cards


def test_the_drivers_answer_is_read_and_a_failing_driver_means_no_gpu(
        tmp_path, monkeypatch):
    command = tmp_path / 'nvidia-smi'
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    command.write_text('#!/bin/sh\necho "NVIDIA A10, 24GB, 8.6"\n'
                       'echo "Tesla V100, 7.0"\n')
    command.chmod(0o755)
    assert nvidia_cards() == [('NVIDIA A10, 24GB', 8.6), ('Tesla V100', 7.0)]
    command.write_text('#!/bin/sh\necho "no driver" >&2\nexit 9\n')
    assert nvidia_cards() == []
