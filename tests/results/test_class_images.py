from __future__ import annotations

import pytest
from kept import kept, lacks, refuses

from sightline.results.class_images import ClassImage, UnitImage


def test_the_label_of_a_class_image_is_called_class_in_the_file_and_may_be_either_when_read() -> None:
    image = ClassImage(label="melanoma", file="melanoma.png", probability=0.9, grey=0.3)
    plain = kept(image)
    assert plain == {"class": "melanoma", "file": "melanoma.png", "probability": 0.9, "grey": 0.3}
    assert ClassImage.model_validate({"label": "melanoma"} | {name: plain[name] for name in ("file", "probability", "grey")}) == image
    lacks(image, "class", "file")
    refuses(image, probability="high")


@pytest.mark.parametrize("name", ["unit", "response", "grey"])
def test_a_unit_image_has_its_response_and_that_to_grey(name: str) -> None:
    image = UnitImage(unit="layer4:7", file="unit.png", response=2.5, grey=0.1)
    assert kept(image)["response"] > kept(image)["grey"]
    lacks(image, name)
