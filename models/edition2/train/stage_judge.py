"""
Stage 4: the judge, on scenes of its own that the model never sees.

A quarter of what it sees went through the autoencoder, so that it judges what was drawn and not how sharp decoding is.
"""
import torch
import torch.nn.functional as F

from common import DEVICE, Trainer, compiled, load_average, log, mixed
from data import random_for
from judge import PART_NAMES, Judge, labels_of
from stage_vae import load_vae


def blur(x):
    return F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)


def disturb(x):
    """Blur, noise and shifts of tone, so that the judge forgives what autoencoders do."""
    draw = lambda: torch.rand(len(x), 1, 1, 1, device=x.device)
    x = torch.where(draw() < 0.4, blur(x), x)
    x = torch.where(draw() < 0.3, blur(blur(x)), x)
    tone = lambda strength: strength * torch.randn(len(x), 3, 1, 1, device=x.device)
    return x * (1 + tone(0.06)) + tone(0.04) + 0.06 * draw() * torch.randn_like(x)


@torch.no_grad()
def through(vae, x):
    """Pictures as the autoencoder gives them back, with some noise on the latent."""
    with mixed():
        mean = vae.moments(x)[0].float()
        strength = 0.1 * mean.std() * torch.rand(len(x), 1, 1, 1, device=x.device)
        return vae.decode(mean + strength * torch.randn_like(mean)).float().clamp(-1, 1)


def loss_of(judge, x, labels):
    with mixed():
        parts = judge(x)
    return sum(F.cross_entropy(part.float(), labels[:, k]) for k, part in enumerate(parts))


def train_judge(size, world, work, seed):
    torch.manual_seed(seed)
    vae = load_vae(size, work).to(memory_format=torch.channels_last)
    labels = torch.tensor([labels_of(scene) for scene in world.scenes], device=DEVICE)
    trainer = Trainer("judge", work, Judge().train().to(memory_format=torch.channels_last), size, 2e-3, decay=0.995, weight_decay=0.02)
    loss, count = compiled(loss_of), size["judge_batch"]
    while not trainer.done():
        chosen = random_for(seed + 3, trainer.step).choice(world.train, count, replace=False)
        x = world.tensor(chosen)
        x = disturb(torch.cat([x[: count - count // 4], through(vae, x[count - count // 4 :])]))
        trainer.advance(loss(trainer.module, x, labels[torch.as_tensor(chosen, device=DEVICE)]))
    for name, change in (("drawn", lambda x: x), ("after the VAE", lambda x: through_mean(vae, x))):
        shares = measure_judge(load_judge(work), world, change)
        log(f"judge, {name}: held-out " + ", ".join(f"{part} {share:.1%}" for part, share in shares.items()))


@torch.no_grad()
def through_mean(vae, x):
    with mixed():
        return vae.decode(vae.moments(x)[0]).float().clamp(-1, 1)


def load_judge(work):
    judge = Judge().to(DEVICE)
    load_average(work, "judge", judge)
    return judge.eval()


@torch.no_grad()
def measure_judge(judge, world, change):
    """Share of held-out scenes in which each part is right, and in which all are."""
    right = []
    for start in range(0, len(world.test), 50):
        chosen = world.test[start : start + 50]
        labels = torch.tensor([labels_of(world.scenes[i]) for i in chosen], device=DEVICE)
        seen = torch.stack([part.argmax(1) for part in judge(change(world.tensor(chosen)))], 1)
        right.append(seen == labels)
    right = torch.cat(right)
    shares = dict(zip(PART_NAMES, right.float().mean(0).tolist()))
    return {**shares, "all": right.all(1).float().mean().item()}
