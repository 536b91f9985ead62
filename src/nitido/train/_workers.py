"""What a data worker does before its first patch."""

import signal

import torch


def leave_signals_alone(worker: int) -> None:
    """Let the main process answer Ctrl-C, and keep to one thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
