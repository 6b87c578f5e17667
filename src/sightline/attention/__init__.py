"""Attention sources, which compute where a classifier looks: one file per source."""

from typing import TYPE_CHECKING

from sightline.catalog import PLACES
from sightline.rooms import by_class, lazy

if TYPE_CHECKING:  # for editors and type checkers, which do not read the catalogue
    from sightline.attention.cam import Cam as Cam
    from sightline.attention.decoder import Decoder as Decoder
    from sightline.attention.gates import Gates as Gates
    from sightline.attention.gradcam import GradCam as GradCam
    from sightline.attention.gradcam_pp import GradCamPlusPlus as GradCamPlusPlus
    from sightline.attention.gradient_source import GradientSource as GradientSource
    from sightline.attention.mask_attention import MaskAttention as MaskAttention
    from sightline.attention.own_region import OwnRegion as OwnRegion
    from sightline.attention.plain import Plain as Plain
    from sightline.attention.segment import Segment as Segment
    from sightline.attention.source import Source as Source
else:
    _BASES = {
        "Source": "sightline.attention.source:Source",
        "GradientSource": "sightline.attention.gradient_source:GradientSource",
    }
    __getattr__, __dir__ = lazy(__name__, by_class([PLACES["attention"]]) | _BASES)
