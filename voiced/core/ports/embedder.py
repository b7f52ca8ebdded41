"""Engines that turn texts into vectors, so that what means the same lies close together."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """An embedding model."""

    @property
    def model(self) -> str:
        """Its name: only vectors of the same model can be compared."""
        ...

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turns texts into vectors.

        Args:
            texts: any number; an engine cuts off what is too long for it.

        Returns:
            One row a text, (len(texts), size), of unit length; a text without any words is all zeros.

        Raises:
            EmbedFailed, EngineDied, DeadlinePassed: there are no vectors.
        """
        ...

    async def close(self) -> None:
        """Lets go of the engine."""
        ...
