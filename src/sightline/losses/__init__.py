"""Losses that tell a classifier where to look, one file per loss, and their weighting."""

from typing import TYPE_CHECKING

from sightline.catalog import PLACES
from sightline.rooms import by_class, lazy

if TYPE_CHECKING:  # for editors and type checkers, which do not read the catalogue
    from sightline.losses.agreement import Agreement as Agreement
    from sightline.losses.avoid import Avoid as Avoid
    from sightline.losses.background import BackgroundInvariance as BackgroundInvariance
    from sightline.losses.behaviour import BehaviourLoss as BehaviourLoss
    from sightline.losses.binary_cross_entropy import BinaryCrossEntropy as BinaryCrossEntropy
    from sightline.losses.calibrated import Calibrated as Calibrated
    from sightline.losses.cross_entropy import CrossEntropy as CrossEntropy
    from sightline.losses.dice import Dice as Dice
    from sightline.losses.energy import Energy as Energy
    from sightline.losses.focal import Focal as Focal
    from sightline.losses.group_dro import GroupDRO as GroupDRO
    from sightline.losses.guidance import GuidanceLoss as GuidanceLoss
    from sightline.losses.inside_ce import InsideCrossEntropy as InsideCrossEntropy
    from sightline.losses.invariance import Invariance as Invariance
    from sightline.losses.kl import KL as KL
    from sightline.losses.l1 import L1 as L1
    from sightline.losses.l2 import L2 as L2
    from sightline.losses.mining import AttentionMining as AttentionMining
    from sightline.losses.necessity import Necessity as Necessity
    from sightline.losses.outside import Outside as Outside
    from sightline.losses.pixel_ce import PixelCrossEntropy as PixelCrossEntropy
    from sightline.losses.pixel_class import PixelClass as PixelClass
    from sightline.losses.rrr import RightReasons as RightReasons
    from sightline.losses.rrr_smooth import SmoothRightReasons as SmoothRightReasons
    from sightline.losses.selective_mse import SelectiveMSE as SelectiveMSE
    from sightline.losses.sufficiency import Sufficiency as Sufficiency
    from sightline.losses.uncertainty import Uncertainty as Uncertainty
    from sightline.losses.weighting import Fixed as Fixed
    from sightline.losses.weighting import LossEntry as LossEntry
    from sightline.losses.weighting import Weighting as Weighting
else:
    _BASES = {
        "GuidanceLoss": "sightline.losses.guidance:GuidanceLoss",
        "BehaviourLoss": "sightline.losses.behaviour:BehaviourLoss",
        "Weighting": "sightline.losses.weighting:Weighting",
        "LossEntry": "sightline.losses.weighting:LossEntry",
    }
    _ROOMS = ("classification", "guidance", "behaviour", "weighting")
    __getattr__, __dir__ = lazy(__name__, by_class(PLACES[room] for room in _ROOMS) | _BASES)
