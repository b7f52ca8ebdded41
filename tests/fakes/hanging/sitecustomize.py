"""On the daemon's path: SIGUSR1 lets the ear's thread hang for ever, as a library would, without Python's lock."""

import ctypes
import signal
import sys
import threading


def hang(*_: object) -> None:
    """Lets the ear handle a signal for ever; it cannot have Python's lock meanwhile, which is held here."""
    for thread in threading.enumerate():
        if thread.name == "ear" and thread.ident:
            signal.pthread_kill(thread.ident, signal.SIGUSR2)


if sys.orig_argv[1:3] == ["-m", "voiced"]:
    libc = ctypes.CDLL(None)
    libc.signal.argtypes = (ctypes.c_int, ctypes.c_void_p)
    libc.signal(signal.SIGUSR2, ctypes.cast(libc.pause, ctypes.c_void_p))
    signal.signal(signal.SIGUSR1, hang)
