from __future__ import annotations

from kept import SCORE, kept, lacks, refuses

from sightline.results.masks import HeldOut, MaskCounts, MaskQuality, PredictedMasks

QUALITY = MaskQuality(n=4, dice=SCORE, jaccard=SCORE)
COUNTS = MaskCounts(train=8, held_out=4, predicted=20, kept=15)
MASKS = PredictedMasks(images=COUNTS, held_out=HeldOut(**QUALITY.fields(), kept=QUALITY, dropped=MaskQuality(n=0)))


def test_predicted_masks_are_kept_with_their_quality_and_settings() -> None:
    plain = kept(MASKS.but(settings={"epochs": 3}, sha256="ab"))
    assert plain["held_out"]["dropped"] == {"n": 0}
    assert plain["settings"] == {"epochs": 3}
    assert (MASKS.settings, MASKS.sha256, MASKS.environment) == ({}, "", {})
    lacks(MASKS, "images", "held_out")


def test_without_images_there_is_no_overlap() -> None:
    assert (MASKS.held_out.dropped.dice, MASKS.held_out.dropped.jaccard) == (None, None)
    refuses(QUALITY, n=-1)


def test_at_least_one_mask_was_predicted_and_all_may_be_dropped() -> None:
    refuses(COUNTS, predicted=0, kept=-1)
    assert kept(COUNTS.but(kept=0))["kept"] == 0
    assert (COUNTS.left_out, COUNTS.shared) == ([], [])
