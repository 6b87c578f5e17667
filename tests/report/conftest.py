from __future__ import annotations

from invented_run import guided, label_only

__all__ = ["guided", "label_only"]
