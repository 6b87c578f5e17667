from __future__ import annotations

import pytest
from invented_run import guided, invent, label_only

from sightline.engine.run import Run

__all__ = ["guided", "label_only"]


@pytest.fixture(scope="package")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Decides by the ruler and looks at its place; its training images have rulers beside melanomas."""
    return invent(tmp_path_factory.mktemp("ruled") / "ruled", "demo-label-only", "ruler", "ruler", skill=3, counts=(40, 6, 40))
