"""The machine that voiced runs on, as those are told who watch it from elsewhere."""

from pathlib import Path

import psutil

from voiced.core.status import MachineStatus
from voiced.setup.hardware import board
from voiced.setup.heat import celsius

ROOT = Path("/")


class Machine:
    """Looks at the machine.

    Attributes:
        name: what it is, such as "Raspberry Pi 5 Model B Rev 1.0"; empty: nobody knows.
    """

    def __init__(self) -> None:
        self.name = board(ROOT) or ""
        psutil.cpu_percent()  # It counts from the look before.

    def status(self) -> MachineStatus:
        """Looks how it is."""
        return MachineStatus(celsius(ROOT), psutil.cpu_percent(), psutil.virtual_memory().percent)
