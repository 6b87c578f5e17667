"""What the papers print, held against the recipes: numbers, layers, parameters. Element numbers as in docs/fidelity.md."""

from __future__ import annotations

import pytest
import torch
from PIL import Image

from sightline.attention.backbone import Backbone
from sightline.attention.classifier import build
from sightline.config import Backbone as BackboneSettings
from sightline.data.dataset import decode
from sightline.engine.optimise import schedule
from sightline.losses.objective import Objective
from sightline.recipe import Recipe, load_recipe, recipe_names
from sightline.types import Annotation, Batch, Record

SCRATCH = {"backbone.weights": "none"}


def network(name: str, classes: int, **settings: object):
    recipe = load_recipe(name, SCRATCH | settings)
    with torch.device("meta"):
        return build(recipe, classes)


def parameters(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def stage(recipe: Recipe, name: str) -> Recipe:
    return recipe.at_stage(next(s for s in recipe.stages if s.name == name))


# 000: GAIN on oral photographs


def test_gain_stage_1_is_printed_so():
    """000-07 to 000-10: oversampling, VGG-19 with its own head, SGD 3e-4, momentum 0.9, batch 8, 55 epochs, a tenth every 13."""
    first = stage(load_recipe("gain"), "stage1")
    assert (first.backbone.name, first.backbone.weights, first.head.kind) == ("vgg19", "imagenet", "own")
    assert (first.train.epochs, first.train.batch_size, first.train.lr_factors) == (55, 8, {"head": 10})
    assert (first.train.optimizer.name, first.train.optimizer.lr, first.train.optimizer.momentum) == ("sgd", 3e-4, 0.9)
    assert (first.train.schedule.name, first.train.schedule.every, first.train.schedule.gamma) == ("step", 13, 0.1)
    assert first.data.balance == "oversample"
    assert not first.guided


@pytest.mark.parametrize("name", ["gain", "gain-resnet50", "spn", "spn-code"])
def test_gain_and_spn_divide_80_10_10(name):
    """000-05, 001-11."""
    split = load_recipe(name).data.split
    assert (split.val, split.test, split.folds) == (0.1, 0.1, None)


def test_gain_augmentation_is_table_1():
    """000-11 to 000-16."""
    augment = load_recipe("gain").data.augment
    assert augment.rotate == (-180, 180)
    assert augment.scale_x == augment.scale_y == (0.75, 1.5)
    assert augment.shear_x == augment.shear_y == (-20, 20)
    assert (augment.flip_x, augment.flip_y, augment.translate, augment.fill) == (0.5, 0.5, 5, (128, 128, 128))


def test_gain_stage_2_is_printed_so():
    """000-19, 000-24, 000-27, 000-30: one step on the sum of three losses, w 3, sigma 0.2, SGD 1e-4, 5 epochs, factor 2."""
    second = stage(load_recipe("gain"), "stage2")
    assert (second.train.epochs, second.train.optimizer.lr, second.train.lr_factors) == (5, 1e-4, {"head": 2})
    assert [loss.name for loss in (*second.losses.guidance, *second.losses.behaviour)] == ["l2", "mining"]
    mining = second.losses.behaviour[0].options
    assert (mining["w"], mining["sigma"], mining["mode"]) == (3.0, 0.2, "gt")
    assert (second.weighting.name, second.weighting.options) == ("calibrated", {"kinds": ["guidance"]})
    assert (second.losses.classification.weight, second.losses.behaviour[0].weight) == (0.25, 0.5)
    assert second.losses.guidance[0].options["squash"] == "relu"
    assert (mining["scale"], mining["at"]) == ("raw", "map")


def test_gain_printed_weights_and_batch():
    """000-28, 000-30: 0.25, 360, 0.5; batch 1; eq. 5 with its sum over all classes."""
    second = stage(load_recipe("gain-printed"), "stage2")
    assert second.losses.classification.weight == 0.25
    assert second.losses.guidance[0].weight == 360
    assert second.losses.guidance[0].options["squash"] == "relu"
    assert second.losses.behaviour[0].weight == 0.5
    assert (second.losses.behaviour[0].options["mode"], second.losses.behaviour[0].options["scores"]) == ("sum", "logit")
    assert (second.train.batch_size, second.weighting.name) == (1, "fixed")


@pytest.mark.parametrize("name", ["gain", "gain-vgg19", "gain-li", "vgg16"])
def test_vgg_with_its_dense_layers_has_its_two_dropouts_of_a_half(name):
    """000-08, 003-23: VGG as it was published."""
    rates = [module.p for module in network(name, 2).modules() if isinstance(module, torch.nn.Dropout)]
    assert rates == [0.5, 0.5]


def test_gain_looks_at_the_last_convolution_of_vgg19():
    """000-21: conv5_4 after its ReLU, 512 maps of 14 x 14 at 224 px."""
    backbone = network("gain", 2).backbone
    assert backbone.shapes(("features.35",))["features.35"] == (512, 14, 14)
    assert type(backbone.net.get_submodule("features.34")).__name__ == "Conv2d"


def test_only_the_new_layer_learns_faster():
    """000-08, 000-09: the last dense layer has two outputs and is a module of its own."""
    classifier = network("gain", 2)
    assert {name: tuple(p.shape) for name, p in classifier.head.named_parameters()} == {"linear.weight": (2, 4096), "linear.bias": (2,)}


@pytest.mark.parametrize("name", ["gain-vgg19", "gain-resnet50", "gain-inceptionresnetv2"])
def test_comparators_are_trained_like_stage_1_for_60_epochs(name):
    """000-31."""
    recipe, first = load_recipe(name), stage(load_recipe("gain"), "stage1")
    assert (recipe.train.epochs, recipe.stages, recipe.guided) == (60, [], False)
    assert recipe.train.model_copy(update={"epochs": 55}) == first.train
    assert recipe.attention.name == "gradcam"
    assert network(name, 2).map_names == ("gradcam",)


def test_original_gain_has_its_own_weights():
    """000-41: alpha 1, omega 10 on the pixel loss, scores of the masked image, VGG-16, batch 1."""
    recipe = load_recipe("gain-li")
    assert recipe.backbone.name == "vgg16"
    assert (recipe.losses.guidance[0].weight, recipe.losses.behaviour[0].weight, recipe.train.batch_size) == (10, 1, 1)
    assert recipe.losses.behaviour[0].options["mode"] == "score"
    assert network("gain-li", 2).backbone.shapes(("features.29",))["features.29"] == (512, 14, 14)


# 001: saliency prediction network


def test_spn_text_and_code_differ_as_the_paper_and_its_program():
    """001-03, 001-03c, 001-04, 001-04c, 001-09c, 001-10."""
    text, code = load_recipe("spn"), load_recipe("spn-code")
    assert (text.head.hidden, code.head.hidden) == ((1024,), ())
    assert (text.attention.options["variant"], code.attention.options["variant"]) == ("text", "code")
    assert code.losses.guidance[0].options["over"] == "batch"
    for recipe in (text, code):
        assert (recipe.train.optimizer.name, recipe.train.optimizer.lr) == ("adam", 1e-4)
        assert (recipe.train.epochs, recipe.train.batch_size, recipe.train.select) == (40, 16, "val/accuracy")
        assert recipe.train.select_mode == "max"
        assert recipe.losses.guidance[0].weight == 1


@pytest.mark.parametrize(("name", "channels"), [("resnet18", 512), ("resnet34", 512), ("resnet50", 2048)])
def test_spn_features_are_7_by_7(name, channels):
    """001-02: the last residual block at 224 px."""
    classifier = network("spn", 8, **{"backbone.name": name})
    assert classifier.backbone.shapes(("last",))["last"] == (channels, 7, 7)
    assert [layer.out_features for layer in classifier.head.hidden if hasattr(layer, "out_features")] == [1024]


def test_spn_augmentation_is_that_of_the_program():
    """001-14."""
    recipe = load_recipe("spn-code")
    augment = recipe.data.augment
    assert (recipe.backbone.mean, recipe.backbone.std) == ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    assert (augment.rotate, augment.crop_scale, augment.crop_ratio) == ((-45, 45), (0.75, 1), (0.75, 1.33))
    assert (augment.flip_x, augment.flip_y) == (0.5, 0.5)
    assert (augment.brightness, augment.contrast, augment.saturation, augment.hue) == (0.12, 0.12, 0.08, 0.08)


@pytest.mark.parametrize(
    ("loss", "formula"),
    [("pixel_ce", torch.nn.functional.binary_cross_entropy), ("l1", torch.nn.functional.l1_loss), ("l2", torch.nn.functional.mse_loss)],
)
def test_001_07_the_mask_loss_compares_the_map_itself_with_the_mask(loss, formula):
    """No second sigmoid, and no scaling of a map that a sigmoid has made."""
    small = {"backbone.name": "resnet18", "data.image_size": 64, "losses.guidance.0.name": loss}
    for name in ("spn", "spn-code"):
        recipe = load_recipe(name, SCRATCH | small)
        torch.manual_seed(0)
        classifier = build(recipe, 2).eval()
        roi = torch.zeros(2, 1, 64, 64)
        roi[..., :32, 16:48] = 1
        batch = Batch(torch.rand(2, 3, 64, 64), torch.tensor([0, 1]), roi=roi)
        look = classifier.look(batch.images, batch.labels)
        assert look.first.shape[-2:] == (64, 64)
        assert 0 < look.first.min() < look.first.max() < 1
        expected = formula(look.first, roi)
        total, _, losses, _ = Objective(recipe.losses, recipe.weighting)(classifier, batch, 0.0)
        torch.testing.assert_close(losses[loss], expected, rtol=1e-3, atol=1e-5)
        # what moves the decoder is lambda times the slope of that formula
        weight = [parameter for parameter in classifier.source.parameters() if parameter.ndim == 4][-1]
        (slope,), (wanted,) = torch.autograd.grad(total, weight), torch.autograd.grad(expected, weight)
        strength = recipe.losses.guidance[0].weight
        torch.testing.assert_close(slope, strength * wanted, rtol=1e-2, atol=1e-5 * float(wanted.abs().max()))


@pytest.mark.parametrize("loss", ["pixel_ce", "l1", "l2"])
def test_spn_mask_losses_are_a_setting(loss):
    """001-07."""
    assert load_recipe("spn", {"losses.guidance.0.name": loss}).check().losses.guidance[0].name == loss


# 003: AttnMel


def test_attnmel_gates_pool_3_and_pool_4_with_pool_5_as_guide():
    """003-02: 256 x 28 x 28, 512 x 14 x 14, 512 x 7 x 7; 003-05: 1280 features to the classes."""
    for name, taps in (("attnmel", ("features.16", "features.23")), ("attnmel-code", ("features.23", "features.33"))):
        classifier = network(name, 2)
        assert classifier.backbone.shapes((*taps, "last")) == {taps[0]: (256, 28, 28), taps[1]: (512, 14, 14), "last": (512, 7, 7)}
        assert classifier.source.taps == taps
        assert classifier.head.linear.in_features == 1280
        assert all(gate.local.out_channels == gate.guide.out_channels == 256 for gate in classifier.source.gates)


def test_mel_cnn_pools_the_same_features_without_attention():
    """003-23."""
    classifier = network("mel-cnn", 2)
    assert classifier.head.linear.in_features == 1280
    assert classifier.map_names == ()
    small = {"backbone.name": "test_resnet", "attention.taps": ["layer2", "layer3"], "data.image_size": 64}
    real = build(load_recipe("mel-cnn", SCRATCH | small), 2).eval()
    images = torch.rand(2, 3, 64, 64)
    features = real.backbone(images, ("layer2", "layer3"))
    means = [f.mean((2, 3)) for f in (features.taps["layer2"], features.taps["layer3"], features.last)]
    torch.testing.assert_close(real(images), torch.cat(means, 1) @ real.head.linear.weight.T + real.head.linear.bias)


def test_attnmel_is_a_hundred_million_parameters_smaller_than_vgg16():
    """003-24: dense layers hold about 90 % of VGG-16."""
    whole, gap, gated = (parameters(network(name, 2)) for name in ("vgg16", "vgg16-gap", "attnmel"))
    assert 0.85 < 1 - gap / whole < 0.92
    assert whole - gated > 100e6


def test_attnmel_losses_and_schedule_are_printed_so():
    """003-07, 003-09, 003-16."""
    recipe = load_recipe("attnmel-lesion")
    assert recipe.losses.classification.name == "focal"
    weights = {loss.options["map"]: (loss.name, loss.weight) for loss in recipe.losses.guidance}
    assert weights == {"gate1": ("dice", 0.001), "gate2": ("dice", 0.01)}
    assert (recipe.train.optimizer.name, recipe.train.optimizer.lr, recipe.train.batch_size) == ("sgd", 0.01, 32)
    assert (recipe.train.schedule.every, recipe.train.schedule.gamma, recipe.train.epochs) == (10, 0.1, 50)
    code = load_recipe("attnmel-code").train
    assert (code.optimizer.nesterov, code.optimizer.weight_decay, code.epochs, code.schedule.every) == (True, 1e-4, 100, 20)


def test_the_program_of_attnmel_compares_its_maps_with_the_mean_of_each_position():
    """003-10: `adaptive_avg_pool2d` of the region to 28 and 14 positions; over the batch 1 - 2 sum(a r) / sum(a + r)."""
    recipe = load_recipe("attnmel-code")
    roi = torch.zeros(2, 1, 224, 224)
    roi[0, :, :, 3:6] = 1  # a streak that the first pixel of each position would miss
    for name, loss in Objective(recipe.losses, recipe.weighting).guidance_losses().items():
        side = 28 if loss.map == "gate1" else 14
        gate = torch.rand(2, 1, side, side)
        pooled = roi.unflatten(3, (side, -1)).unflatten(2, (side, -1)).mean((3, 5))
        expected = 1 - 2 * (gate * pooled).sum() / (gate + pooled).sum()
        torch.testing.assert_close(loss(gate, roi, torch.ones(2, dtype=torch.bool), "unit"), expected, msg=name)


def test_attnmel_preprocessing_is_printed_so():
    """003-11 to 003-13."""
    data = load_recipe("attnmel").data
    assert (data.centre, data.load_size, data.image_size) == (0.8, 256, 224)
    assert (data.augment.rotate90, data.augment.flip_x, data.augment.flip_y) == (True, 0.5, 0.5)
    backbone = network("attnmel-code", 2).backbone.settings
    assert (backbone.mean, backbone.std) == ((0.6820, 0.5312, 0.4736), (0.0840, 0.1140, 0.1282))


def test_the_eight_models_differ_in_what_the_paper_says():
    """003-01, 003-14, 003-15, 003-17, 003-23."""
    names = ["vgg16", "vgg16-gap", "mel-cnn", "attnmel", "attnmel-dermo", "attnmel-lesion", "attnmel-bkg", "attnmel-lesion-pseudo"]
    recipes = {name: load_recipe(name) for name in names}
    of_2018 = "attnmel-lesion-pseudo"
    assert {name: r.train.select for name, r in recipes.items()} == dict.fromkeys(names, "val/auc") | {of_2018: "val/balanced_accuracy"}
    assert all(r.train.model_copy(update={"select": "val/auc"}) == recipes["vgg16"].train for r in recipes.values())
    assert [name for name, r in recipes.items() if r.guided] == names[4:]
    assert {(r.backbone.name, r.backbone.weights) for r in recipes.values()} == {("vgg16", "imagenet")}
    assert {r.data.balance for name, r in recipes.items() if name != of_2018} == {"oversample"}
    assert recipes["attnmel-bkg"].data.roi.invert
    assert recipes["attnmel-dermo"].data.roi.of == ("pigment_network", "negative_network", "milia_like_cyst", "streaks")
    assert recipes[of_2018].data.balance == "weighted_sampler"
    assert len({(r.data.centre, r.data.load_size, r.data.image_size, r.data.augment.model_dump_json()) for r in recipes.values()}) == 1
    assert (recipes["vgg16"].data.centre, recipes["vgg16"].data.load_size) == (0.8, 256)


def test_every_network_of_the_papers_starts_from_imagenet_but_the_one_from_scratch():
    """000-08, 000-31, 001-02, 002-01, 003-01, 004-03; and the baseline of ggcam-effnet is the same network."""
    families = ("attnmel", "featuremaps", "gain", "ggcam", "mel-cnn", "spn", "vgg16")
    weights = {name: load_recipe(name).backbone.weights for name in recipe_names() if name.startswith(families)}
    assert {name for name, own in weights.items() if own == "none"} == {"featuremaps", "ggcam-code", "ggcam-code-effnet"}
    weights = {name: own for name, own in weights.items() if own != "none"}
    assert len(weights) == 20
    assert set(weights.values()) == {"imagenet"}
    assert load_recipe("ggcam-effnet").backbone == load_recipe("ggcam-baseline", {"backbone.name": "tf_efficientnetv2_s"}).backbone


@pytest.mark.parametrize(
    ("name", "held", "gone"),
    [
        (
            "gain-printed",
            ["shear", "image size", "the layer", "momentum is", "table 1", "logits"],
            ["the rule", "batch is 8", "mode gt"],
        ),
        ("gain-vgg19", ["shear", "image size", "the layer"], ["stage 2"]),
        ("gain-resnet50", ["shear", "image size", "the layer"], ["stage 2"]),
        ("gain-inceptionresnetv2", ["shear", "image size", "the layer"], ["stage 2"]),
        ("ggcam", ["eq. 9", "eq. 11", "alpha", "ImageNet", "256 levels", "P of 5", "batches of 16", "floor", "mediastinum"], []),
        ("ggcam-baseline", ["ImageNet", "table 1", "mediastinum"], ["eq. 9", "eq. 11", "alpha", "without gaze", "class activation map"]),
        ("vgg16", ["drawn again", "momentum", "data.leaks=drop", "gamma", "quarter turns", "N(0, 0.01)", "validation AUC"], ["sampler"]),
        ("vgg16-gap", ["whose class activation map"], []),
        ("attnmel-lesion", ["drawn again", "momentum", "data.leaks=drop", "resized smoothly", "Dice ratio"], []),
        (
            "attnmel-lesion-pseudo",
            ["resized smoothly", "pretrained", "look wrong", "one lesion", "mean recall", "other four folds"],
            ["drawn again", "data.leaks=drop", "activation map"],
        ),
        ("attnmel-code", ["drawn again", "twice", "resized smoothly", "not full"], ["gamma", "momentum", "N(0, 0.01)", "quarter turns"]),
        (
            "ggcam-code",
            ["sigmoid of alpha", "1536", "histogram", "first pixel", "mediastinum"],
            ["sigma of the maps of 0.1", "640", "ImageNet weights", "batches of 16", "normalised", "mean of the area"],
        ),
        ("spn", ["sizes of", "kernels", "sigmoid", "average pooling", "initial weights", "validation accuracy", "squashed"], []),
        (
            "spn-code",
            ["last batch", "the lowest validation loss", "data.fit=crop", "brightness", "before they are rotated"],
            ["sizes of", "kernels", "average pooling", "ImageNet", "learning rate"],
        ),
    ],
)
def test_a_recipe_states_what_holds_of_it_and_not_what_held_of_another(name, held, gone):
    stated = "\n".join(load_recipe(name).deviations)
    assert [words for words in held if words not in stated] == []
    assert [words for words in gone if words in stated] == []


# 004: GG-CAM


def test_ggcam_adds_exactly_three_parameters():
    """004-01, 004-02: the CAM layer has the weights of GAP + linear; alpha and two sigmas are new."""
    guided, plain = load_recipe("ggcam", SCRATCH), load_recipe("ggcam-baseline", SCRATCH)

    def learned(recipe: Recipe) -> int:
        return parameters(network(recipe.name, 3)) + parameters(Objective(recipe.losses, recipe.weighting))

    assert learned(guided) - learned(plain) == 3
    assert parameters(network("ggcam", 3)) == parameters(network("ggcam", 3, **{"attention.name": "none"}))


def test_ggcam_sigmas_start_at_a_small_value_and_at_1():
    """004-06: sigma of the classes 1, as printed; that of the maps "close to 0", of which 0.1 is ours, as is alpha 1."""
    recipe = load_recipe("ggcam")
    objective = Objective(recipe.losses, recipe.weighting)
    assert objective.weighting.sigma().tolist() == pytest.approx([1.0, 0.1])
    assert [loss.alpha.item() for loss in objective.guidance_losses().values()] == [1.0]


def test_ggcam_backbones_and_schedule():
    """004-03, 004-08, 004-10, 004-12: both networks, 70/10/20, B, Adam, plateau with reload."""
    recipe = load_recipe("ggcam")
    assert (recipe.data.split.val, recipe.data.split.test, recipe.data.gaze_blur) == (0.1, 0.2, 500)
    assert (recipe.backbone.name, load_recipe("ggcam-effnet").backbone.name) == ("resnet50", "tf_efficientnetv2_s")
    schedule = recipe.train.schedule
    assert (schedule.name, schedule.gamma, schedule.reload_best, schedule.min_lr) == ("plateau", 0.1, True, 1e-8)
    assert (recipe.train.select, recipe.train.optimizer.name) == ("val/loss", "adam")


@pytest.mark.parametrize(("name", "first"), [("ggcam", 5), ("ggcam-baseline", 5), ("ggcam-code", 41), ("ggcam-code-effnet", 41)])
def test_004_10_training_ends_one_epoch_after_the_second_drop(name, first):
    """The program's patience of 40 lowers the rate at the 41st and 82nd epoch without gain; it stops at the 83rd."""
    train = load_recipe(name).train
    optimiser = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=1.0)
    plateau = schedule(optimiser, train.schedule, train.epochs, 1)
    plateau.step(1.0)
    drops = []
    for epoch in range(1, train.early_stop + 1):
        before = optimiser.param_groups[0]["lr"]
        plateau.step(1.0)
        if optimiser.param_groups[0]["lr"] < before:
            drops.append(epoch)
    assert drops == [first, 2 * first]
    assert train.early_stop == drops[1] + 1


def test_004_11_what_was_searched_for_gaze_reaches_sigma_and_the_heat_map(tmp_path):
    searched = load_recipe("ggcam", {"weighting.sigma_map": 0.05, "data.gaze_blur": 9, "data.image_size": 32})
    assert Objective(searched.losses, searched.weighting).weighting.sigma().tolist() == pytest.approx([1.0, 0.05])
    Image.new("L", (32, 32)).save(tmp_path / "a.png")
    gaze = Annotation("gaze", points=((15.5, 15.5),))
    record = Record(id="a", image=tmp_path / "a.png", label="x", annotations=(gaze,))
    heat = decode(record, searched.data).pixels[3]
    assert heat[15, 11:20].min() > heat[15, 10] == heat[15, 20] == 0, "nine pixels wide"


def test_004_09_the_programs_network_gets_images_from_0_to_1():
    for name in ("ggcam-code", "ggcam-code-effnet"):
        net = Backbone(load_recipe(name).backbone.model_copy(update={"name": "test_resnet"}))
        assert (net.mean.flatten().tolist(), net.std.flatten().tolist()) == ([0, 0, 0], [1, 1, 1])


def test_a_class_activation_map_needs_no_gaze_to_be_drawn():
    """004-23: after the training, images alone are enough."""
    classifier = build(load_recipe("ggcam", SCRATCH | {"backbone.name": "test_resnet", "data.image_size": 64}), 3).eval()
    look = classifier.look(torch.rand(2, 3, 64, 64))
    assert look.maps["cam"].shape[:2] == (2, 1)


def test_pretrained_means_can_be_replaced():
    """003-13."""
    settings = BackboneSettings(name="test_resnet", mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
    backbone = Backbone(settings).eval()
    plain = Backbone(BackboneSettings(name="test_resnet")).eval()
    plain.net.load_state_dict(backbone.net.state_dict())
    images = torch.rand(1, 3, 64, 64)
    wanted = (images - 0.5) / 0.25 * plain.std + plain.mean
    torch.testing.assert_close(backbone(images).last, plain(wanted).last)
