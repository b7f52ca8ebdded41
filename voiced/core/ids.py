"""Names for rows, made before they are written: what is written twice is then the same row, not a second one."""

import time
from secrets import token_hex


def new_id() -> str:
    """Makes a name: 11 hexadecimal digits of milliseconds since 1970, then 8 of chance.

    Names made one after the other sort so, which keeps an index of them small and warm. Nothing else hangs on the
    time in them: a box without a clock makes good names too.
    """
    return f"{time.time_ns() // 1_000_000:011x}{token_hex(4)}"
