"""
Trains the demo model, all of it: `python3 train.py --out MODEL --work DIR --seed 0 [--size cpu|gpu]`.

Each stage saves itself every few minutes in DIR; the same command goes on where it stopped. Stages can be
named with --stages, so that two that do not need each other (vae; clip) run in two processes.
"""
import argparse
import os

import torch

from config import SIZES
from data import JUDGE_FIRST_SEED, World, render

STAGES = ["draw", "vae", "clip", "cache", "decoder", "judge", "unet", "export", "evaluate"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True, help="folder of the exported model")
    parser.add_argument("--work", required=True, help="folder of pictures, caches and checkpoints")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", choices=list(SIZES), default="cpu")
    parser.add_argument("--stages", default=",".join(STAGES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2, help="processes that share each batch of the vae and unet stages")
    parser.add_argument("--unet-steps", type=int, help="length of the unet stage, if not that of the size")
    parser.add_argument("--decoder-steps", type=int, help="the same for the decoder stage")
    parser.add_argument("--judge-steps", type=int, help="the same for the judge stage")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    size, stages = dict(SIZES[options.size]), options.stages.split(",")
    for stage in ("unet", "decoder", "judge"):
        size[f"{stage}_steps"] = getattr(options, f"{stage}_steps") or size[f"{stage}_steps"]
    os.makedirs(options.work, exist_ok=True)
    main_world, judge_world = os.path.join(options.work, "world"), os.path.join(options.work, "judge_world")
    if "draw" in stages:
        render(main_world, size["scenes"], 0)
        render(judge_world, size["judge_scenes"], JUDGE_FIRST_SEED)
    world = World(main_world)
    if "vae" in stages:
        from stage_vae import train_vae, whiten_vae

        train_vae(size, world, options.work, options.seed, options.workers)
        if not os.path.exists(os.path.join(options.work, "vae_white.pt")):
            whiten_vae(size, world, options.work, options.seed)
    if "clip" in stages:
        from stage_clip import train_clip

        train_clip(size, world, options.work, options.seed)
    if "cache" in stages:
        from stage_clip import cache_texts
        from stage_vae import cache_latents

        cache_latents(size, world, options.work)
        cache_texts(size, world, options.work)
    if "decoder" in stages:
        from stage_vae import train_decoder

        train_decoder(size, world, options.work, options.seed)
    if "judge" in stages:
        from stage_judge import train_judge

        train_judge(size, World(judge_world), options.work, options.seed)
    if "unet" in stages:
        from stage_unet import train_unet

        train_unet(size, world, options.work, options.seed, options.workers)
    if "export" in stages:
        from export import export_model

        export_model(size, options.work, options.out)
    if "evaluate" in stages:
        from evaluate import evaluate

        evaluate(size, world, options.work)


if __name__ == "__main__":
    main()
