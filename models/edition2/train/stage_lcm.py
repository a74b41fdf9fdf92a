"""
Stage 5: a LoRA that makes the noise predictor a consistency model (Luo et al. 2023, "LCM-LoRA").

The teacher makes one guided DDIM step of a fiftieth of the schedule; the student's answer before it is to be the
answer after it. Boundary scalings, Huber loss, solver steps and range of guidance as in the authors' training.
"""
import os

import torch
from torch import nn

from common import DEVICE, Trainer, compiled, log, mixed, save_safetensors
from sample import load_unet
from stage_unet import Batches, alphas_cumprod, random_batch
from unet import UNet

RANK = 8
SIGMA_DATA, SCALING, SOLVER_STEPS = 0.5, 10.0, 50
GUIDANCE = (3.0, 9.0)
HUBER = 0.001


class Adapted(nn.Module):
    """A frozen linear or convolutional layer with a trained change of low rank beside it."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer.requires_grad_(False)
        if isinstance(layer, nn.Conv2d):
            self.lora_A = nn.Conv2d(layer.in_channels, RANK, layer.kernel_size, layer.stride, layer.padding, bias=False)
            self.lora_B = nn.Conv2d(RANK, layer.out_channels, 1, bias=False)
        else:
            self.lora_A = nn.Linear(layer.in_features, RANK, bias=False)
            self.lora_B = nn.Linear(RANK, layer.out_features, bias=False)
        nn.init.normal_(self.lora_A.weight, std=1 / RANK)
        nn.init.zeros_(self.lora_B.weight)

    def forward(self, x):
        return self.layer(x) + self.lora_B(self.lora_A(x))


def adapt(unet):
    """Puts an adapter on each layer of the transformers and residual blocks; the rest is frozen."""
    unet.requires_grad_(False)
    layers = [name for name, layer in unet.named_modules() if isinstance(layer, (nn.Linear, nn.Conv2d))]
    for name in (name for name in layers if name.startswith(("down_blocks.", "mid_block.", "up_blocks."))):
        parent, _, leaf = name.rpartition(".")
        holder = unet.get_submodule(parent)
        if isinstance(holder, nn.ModuleList):
            holder[int(leaf)] = Adapted(holder[int(leaf)])
        else:
            setattr(holder, leaf, Adapted(getattr(holder, leaf)))
    return unet


class Adapters(nn.Module):
    """The trained part of an adapted network, by the names of its layers."""

    def __init__(self, unet):
        super().__init__()
        self.parts = nn.ModuleDict({name.replace(".", "/"): nn.ModuleList([layer.lora_A, layer.lora_B]) for name, layer in unet.named_modules() if isinstance(layer, Adapted)})

    def tensors(self, average):
        """The averaged weights under the names of diffusers."""
        out = {}
        for name, value in average.items():
            layer, part, _ = name.removeprefix("parts.").rsplit(".", 2)
            out[f"unet.{layer.replace('/', '.')}.lora_{'AB'[int(part)]}.weight"] = value
        return out


def scalings(t):
    """c_skip and c_out, such that the answer at t = 0 is the input."""
    scaled = SCALING * t.float()
    c_skip = SIGMA_DATA**2 / (scaled**2 + SIGMA_DATA**2)
    c_out = scaled / (scaled**2 + SIGMA_DATA**2).sqrt()
    return c_skip[:, None, None, None], c_out[:, None, None, None]


def answer(noise, x, t, abar):
    """The clean latent that a prediction of noise stands for, by the boundary scalings."""
    c_skip, c_out = scalings(t)
    a = abar[t][:, None, None, None]
    return c_skip * x + c_out * (x - (1 - a).sqrt() * noise) / a.sqrt()


def loss_of(student, teacher, x, t, noise, context, empty, guidance, abar):
    stride = len(abar) // SOLVER_STEPS
    a = abar[t][:, None, None, None]
    noisy = a.sqrt() * x + (1 - a).sqrt() * noise
    before = (t - stride).clamp(min=0)
    # Two contexts: the casts of weights that one keeps without gradients would be used again with them.
    with torch.no_grad(), mixed():
        with_text, without = teacher(torch.cat([noisy, noisy]), torch.cat([t, t]), torch.cat([context, empty])).float().chunk(2)
        e = without + guidance[:, None, None, None] * (with_text - without)
        b = abar[before][:, None, None, None]
        earlier = b.sqrt() * (noisy - (1 - a).sqrt() * e) / a.sqrt() + (1 - b).sqrt() * e
        target = answer(student(earlier, before, context).float(), earlier, before, abar)
    with mixed():
        found = answer(student(noisy, t, context).float(), noisy, t, abar)
    return ((found - target).square() + HUBER**2).sqrt().mean() - HUBER


def warm_lcm(size):
    """Compiles the stage's program on random data, while its inputs are still being made."""
    teacher = UNet(size["unet"]).to(DEVICE, memory_format=torch.channels_last).requires_grad_(False)
    student = adapt(UNet(size["unet"])).to(DEVICE, memory_format=torch.channels_last)
    x, t, noise, context = random_batch(size, size["lcm_batch"])
    compiled(loss_of)(student, teacher, x, t, noise, context, context, torch.rand(len(x), device=DEVICE), alphas_cumprod()).backward()
    log("lcm: compiled")


def train_lcm(size, work, seed, out):
    torch.manual_seed(seed)
    teacher = load_unet(size, work)[0].to(memory_format=torch.channels_last).requires_grad_(False)
    student = adapt(load_unet(size, work)[0]).to(DEVICE, memory_format=torch.channels_last)
    adapters = Adapters(student)
    trainer = Trainer("lcm", work, adapters, size, size["lcm_rate"], decay=0.99)
    batches, abar, loss, count = Batches(size, work), alphas_cumprod(), compiled(loss_of), size["lcm_batch"]
    with torch.no_grad():
        empty = batches.clip.text_model(batches.captions.empty).expand(count, -1, -1)
    stride = len(abar) // SOLVER_STEPS
    while not trainer.done():
        x, _, noise, context = batches.take(seed + 5, trainer.step, count)
        t = stride * torch.randint(1, SOLVER_STEPS + 1, (count,), generator=batches.generator, device=DEVICE) - 1
        guidance = GUIDANCE[0] + (GUIDANCE[1] - GUIDANCE[0]) * torch.rand(count, generator=batches.generator, device=DEVICE)
        trainer.advance(loss(student, teacher, x, t, noise, context, empty, guidance, abar), report=100)
    os.makedirs(out, exist_ok=True)
    save_safetensors(os.path.join(out, "lcm-lora.safetensors"), adapters.tensors(trainer.average.shadow))
    log("lcm: written")
