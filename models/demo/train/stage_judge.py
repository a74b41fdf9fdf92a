"""
Stage 4: the judge, on scenes of its own that the model never sees.

Half of what it sees went through the autoencoder, so that it judges what was drawn and not how sharp decoding is.
"""
import os

import numpy as np
import torch
import torch.nn.functional as F

from common import Trainer, load_average, log
from data import random_for
from judge import PART_NAMES, Judge, labels_of
from stage_vae import load_vae

DECODED = 3000  # training scenes that are kept as the autoencoder gives them back, too


def disturb(x, random):
    """Blur, noise and shifts of tone, so that the judge forgives what autoencoders do."""
    if random.random() < 0.5:
        x = 0.5 * x + 0.5 * F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    if random.random() < 0.3:
        x = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    gain = torch.from_numpy(1 + 0.06 * random.standard_normal((len(x), 3, 1, 1))).float()
    shift = torch.from_numpy(0.04 * random.standard_normal((len(x), 3, 1, 1))).float()
    strength = 0.06 * random.random()
    return x * gain + shift + strength * torch.randn_like(x)


@torch.no_grad()
def decoded_pictures(size, world, work):
    """The first training scenes after encoding and decoding, in -1..1, float16, N x 3 x 128 x 128."""
    path = os.path.join(work, "judge_decoded.npy")
    if not os.path.exists(path):
        vae, parts = load_vae(size, work), []
        for chosen in np.array_split(world.train[:DECODED], DECODED // 20):
            parts.append(vae.decode(vae.moments(world.tensor(chosen))[0]).clamp(-1, 1).half().numpy())
        np.save(path, np.concatenate(parts))
    return np.load(path, mmap_mode="r")


def train_judge(size, world, work, seed):
    torch.manual_seed(seed)
    decoded = decoded_pictures(size, world, work)
    judge = Judge().train()
    trainer = Trainer("judge", work, judge, size["judge_steps"], 2e-3, decay=0.995, weight_decay=0.02)
    while not trainer.done():
        random = random_for(seed + 3, trainer.step)
        count = size["judge_batch"]
        places = random.choice(len(decoded), count - count // 2, replace=False)
        chosen = np.concatenate([random.choice(world.train, count // 2, replace=False), world.train[places]])
        labels = torch.tensor([labels_of(world.scenes[i]) for i in chosen])
        x = torch.cat([world.tensor(chosen[: count // 2]), torch.from_numpy(decoded[places]).float()])
        parts = judge(disturb(x, random))
        trainer.advance(sum(F.cross_entropy(part, labels[:, k]) for k, part in enumerate(parts)))
    shares = measure_judge(work, world)
    log("judge: held-out " + ", ".join(f"{name} {share:.1%}" for name, share in shares.items()))


def load_judge(work):
    judge = Judge()
    load_average(work, "judge", judge)
    return judge.eval()


@torch.no_grad()
def measure_judge(work, world):
    """Share of the judge's own held-out scenes in which each part is right."""
    judge, right = load_judge(work), torch.zeros(len(PART_NAMES))
    for start in range(0, len(world.test), 50):
        chosen = world.test[start : start + 50]
        labels = torch.tensor([labels_of(world.scenes[i]) for i in chosen])
        right += torch.stack([(part.argmax(1) == labels[:, k]).sum() for k, part in enumerate(judge(world.tensor(chosen)))])
    return dict(zip(PART_NAMES, (right / len(world.test)).tolist()))
