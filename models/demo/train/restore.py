"""
Makes a work folder from an exported model, so that training can go on where only the export was kept:
`python3 restore.py --from MODEL --work DIR [--size cpu|gpu]`, then train.py as usual with the same DIR.

Optimiser states and the number of steps are not in an export: stages that go on start their schedule anew.
"""
import argparse
import json
import os

import torch

from common import load_safetensors, save_atomic
from config import SIZES
from data import JUDGE_FIRST_SEED, World, random_for, render
from judge import Judge
from stage_clip import Clip
from tokenizer import load_tokenizer
from unet import UNet
from vae import Vae


def save_stage(work, name, module, step):
    """A checkpoint of a stage as common.Trainer keeps it, with a fresh optimiser."""
    state = module.state_dict()
    optimizer = torch.optim.AdamW(module.parameters()).state_dict()
    checkpoint = {"module": state, "optimizer": optimizer, "average": state, "step": step, "busy": 0.0}
    save_atomic(os.path.join(work, f"{name}.ckpt"), checkpoint)


def restore_tokenizer(folder, work):
    with open(os.path.join(folder, "tokenizer", "merges.txt")) as file:
        merges = [line.split() for line in file.read().splitlines()[1:]]
    with open(os.path.join(work, "merges.json"), "w") as file:
        json.dump(merges, file)


def restore_clip(size, folder, work):
    """Both towers; the heads that only training needs start anew."""
    clip = Clip(size, load_tokenizer(work))
    tensors = load_safetensors(os.path.join(folder, "image_encoder", "projections.safetensors"))
    for part in ("text_encoder", "image_encoder"):
        tensors.update(load_safetensors(os.path.join(folder, part, "model.safetensors")))
    wanted = {name: value for name, value in tensors.items() if not name.endswith("position_ids")}
    missing = clip.load_state_dict({**clip.state_dict(), **wanted})
    assert not missing.missing_keys and not missing.unexpected_keys
    save_stage(work, "clip", clip, size["clip_steps"])


def restore_vae(size, folder, work):
    """Layers that the export does not have yet start as the identity, so that the latents stay what they are."""
    tensors = load_safetensors(os.path.join(folder, "vae", "diffusion_pytorch_model.safetensors"))
    state = Vae(size["vae"]).state_dict()
    assert tensors.keys() <= state.keys()
    identity = {name: torch.zeros_like(value) for name, value in state.items() if ".conv2." in name}
    torch.save({**state, **identity, **tensors}, os.path.join(work, "vae_white.pt"))


def restore_judge(size, folder, work):
    """Batch norms are folded in the export; they are measured anew, on scenes that are drawn first."""
    render(os.path.join(work, "judge_world"), size["judge_scenes"], JUDGE_FIRST_SEED)
    world, judge = World(os.path.join(work, "judge_world")), Judge()
    pictures = world.tensor(random_for(0, 0).choice(world.train, 256, replace=False))
    judge.unfold(load_safetensors(os.path.join(folder, "judge", "model.safetensors")), pictures)
    save_stage(work, "judge", judge, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="folder", required=True, metavar="MODEL")
    parser.add_argument("--work", required=True)
    parser.add_argument("--size", choices=list(SIZES), default="cpu")
    options = parser.parse_args()
    size, weights = SIZES[options.size], "diffusion_pytorch_model.safetensors"
    os.makedirs(options.work, exist_ok=True)
    restore_tokenizer(options.folder, options.work)
    restore_clip(size, options.folder, options.work)
    restore_vae(size, options.folder, options.work)
    restore_judge(size, options.folder, options.work)
    unet = UNet(size["unet"])
    unet.load_state_dict(load_safetensors(os.path.join(options.folder, "unet", weights)))
    save_stage(options.work, "unet", unet, 0)


if __name__ == "__main__":
    main()
