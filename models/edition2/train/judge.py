"""The judge: a plain convolutional classifier that tells what is in a scene."""
import torch
import torch.nn.functional as F
from torch import nn

from config import PICTURE
from data import COLOURS, KINDS, PATTERNS, SETTINGS, STYLES

CHANNELS = [3, 24, 48, 48, 80, 80, 112, 112, 144, 144]
STRIDES = [2, 2, 1, 2, 1, 2, 1, 2, 2]
SIDE = 4  # of the last maps
HIDDEN = 192
# Two objects, the left one first; the second may be absent, which is the last class of each of its parts.
PARTS = [len(KINDS), len(COLOURS), len(PATTERNS), len(KINDS) + 1, len(COLOURS) + 1, len(PATTERNS) + 1, len(SETTINGS), len(STYLES)]
PART_NAMES = ["kind1", "colour1", "pattern1", "kind2", "colour2", "pattern2", "setting", "style"]


class Judge(nn.Module):
    """Nine 3 x 3 convolutions from 256 x 256 to 4 x 4, then two linear layers. Pictures in -1..1."""

    def __init__(self):
        super().__init__()
        pairs = list(zip(CHANNELS, CHANNELS[1:]))
        self.conv = nn.ModuleList([nn.Conv2d(a, b, 3, stride=stride, padding=1) for (a, b), stride in zip(pairs, STRIDES)])
        self.norm = nn.ModuleList([nn.BatchNorm2d(b) for _, b in pairs])
        self.linear1, self.linear2 = nn.Linear(CHANNELS[-1] * SIDE**2, HIDDEN), nn.Linear(HIDDEN, sum(PARTS))

    def forward(self, x):
        for conv, norm in zip(self.conv, self.norm):
            x = F.relu(norm(conv(x)))
        x = F.relu(self.linear1(F.dropout(x.flatten(1), 0.2, self.training)))
        return self.linear2(x).split(PARTS, 1)

    def folded(self):
        """Weights with the batch norms folded into the convolutions: conv, bias, relu, linear are enough."""
        out = {}
        for i, (conv, norm) in enumerate(zip(self.conv, self.norm)):
            scale = norm.weight * (norm.running_var + norm.eps).rsqrt()
            out[f"conv.{i}.weight"] = conv.weight * scale[:, None, None, None]
            out[f"conv.{i}.bias"] = (conv.bias - norm.running_mean) * scale + norm.bias
        for name in ("linear1", "linear2"):
            layer = getattr(self, name)
            out[f"{name}.weight"], out[f"{name}.bias"] = layer.weight, layer.bias
        return out

    @torch.no_grad()
    def unfold(self, tensors, x):
        """Takes folded weights; the batch norms are set so that they change nothing on these pictures."""
        for i, (conv, norm) in enumerate(zip(self.conv, self.norm)):
            conv.weight.copy_(tensors[f"conv.{i}.weight"])
            conv.bias.copy_(tensors[f"conv.{i}.bias"])
            y = conv(x)
            mean, variance = y.mean((0, 2, 3)), y.var((0, 2, 3), unbiased=False)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.copy_(mean)
            x = F.relu(y)
        for name in ("linear1", "linear2"):
            getattr(self, name).weight.copy_(tensors[f"{name}.weight"])
            getattr(self, name).bias.copy_(tensors[f"{name}.bias"])


def labels_of(scene):
    """The right class of each part, in the order of PARTS."""
    one = scene["objects"][0]
    two = scene["objects"][1] if len(scene["objects"]) > 1 else None
    lists = (("kind", KINDS), ("colour", COLOURS), ("pattern", PATTERNS))
    first = [names.index(one[key]) for key, names in lists]
    second = [len(names) if two is None else names.index(two[key]) for key, names in lists]
    return [*first, *second, SETTINGS.index(scene["setting"]), STYLES.index(scene["style"])]


def config():
    """What a reader of the weights needs to know."""
    parts = [KINDS, COLOURS, PATTERNS, [*KINDS, "none"], [*COLOURS, "none"], [*PATTERNS, "none"], SETTINGS, STYLES]
    return {
        "input": f"RGB {PICTURE} x {PICTURE}, u8 / 127.5 - 1, NCHW",
        "layers": "conv 3x3 padding 1 with these strides and relu each, flatten (C, H, W), linear1, relu, linear2",
        "channels": CHANNELS,
        "strides": STRIDES,
        "hidden": HIDDEN,
        "outputs": [{"name": name, "classes": classes} for name, classes in zip(PART_NAMES, parts)],
        "note": "object 1 is the left one (or the only one); object 2 is the right one or none",
    }
