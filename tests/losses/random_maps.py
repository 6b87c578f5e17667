"""Three maps and regions that are drawn once, for tests of formulas."""

from __future__ import annotations

import torch

_random = torch.Generator().manual_seed(0)
A = torch.rand(3, 1, 5, 5, generator=_random)
R = (torch.rand(3, 1, 5, 5, generator=_random) > 0.5).float()
ALL = torch.ones(3, dtype=torch.bool)
