from __future__ import annotations

import pytest

from sightline.data.sets.phantom_ultrasound import CLASSES
from sightline.phantom.us_scene import UltrasoundScene


@pytest.fixture(scope="session")
def masses() -> list[UltrasoundScene]:
    """Ultrasound pictures whose masses are benign and malignant in turn."""
    return [UltrasoundScene((7, i), CLASSES[i % 2]) for i in range(120)]
