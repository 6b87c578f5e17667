"""The base class of our class losses, which judge the decision by the labels."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from sightline.errors import UserError
from sightline.types import Look


class ClassLoss(nn.Module):
    """Base class: called as `loss(logits, labels)`, since a plug-in may be any module that takes these two."""

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `forward`.

        Raises:
            UserError: it is called as guidance and behaviour losses are, `loss(look, batch)`.
        """
        if args and isinstance(args[0], Look):
            raise UserError(type(self).__name__, "takes logits and labels", "Call it as `loss(look.logits, batch.labels)`.")
        found: Tensor = super().__call__(*args, **kwargs)
        return found
