"""
Trains the demo model, all of it: `python3 train.py --out MODEL --work DIR --seed 0 [--size cpu|gpu]`.

Each stage saves itself twice a minute in DIR; the same command goes on where it stopped. With --side-by-side every stage
is a process of its own that starts as soon as what it needs is there: for a machine with a large GPU and many
processors. Stages can also be named with --stages.
"""
import argparse
import os
import subprocess
import sys
import time
import traceback

import torch

from common import log
from config import SIZES
from data import CHUNK, World, render

STAGES = ["draw", "vae", "clip", "unet", "decoder", "judge", "lcm", "export"]
# What must lie in the work folder before a stage can start, beside drawn scenes.
NEEDS = {
    "draw": [], "vae": [], "clip": [], "unet": ["latents.pt", "clip.done"], "decoder": ["latents.pt"],
    "judge": ["decoder.done"], "lcm": ["unet.done"], "export": [],
}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True, help="folder of the exported model")
    parser.add_argument("--work", required=True, help="folder of pictures, caches and checkpoints")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", choices=list(SIZES), default="cpu")
    parser.add_argument("--stages", default=",".join(STAGES))
    parser.add_argument("--side-by-side", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--processes", type=int, default=2, help="processes that draw")
    parser.add_argument("--scenes", type=int, help="how many are drawn, if not the size's number")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help="a number of the size, such as unet_seconds")
    return parser.parse_args()


def size_of(options):
    size = dict(SIZES[options.size])
    for pair in options.set:
        name, _, value = pair.partition("=")
        size[name] = type(size[name])(float(value))
    return size


def mark(work, name):
    open(os.path.join(work, name + ".done"), "w").close()


def wait_for(work, files, seconds=3600):
    """Waits until the files are there; a stage that runs side by side with others starts when it can."""
    end = time.time() + seconds
    while not all(os.path.exists(os.path.join(work, name)) for name in files):
        if time.time() > end:
            raise TimeoutError(f"still missing: {files}")
        time.sleep(0.2)


def drawn(work, folder, chunks):
    """The scenes of a folder, as soon as so many chunks of them are drawn."""
    path = os.path.join(work, folder)
    while True:
        there = [c for c in (os.listdir(path) if os.path.isdir(path) else []) if os.path.exists(os.path.join(path, c, "scenes.jsonl"))]
        if len(there) >= chunks:
            return World(path)
        time.sleep(0.5)


def warm(stage, size):
    """Compiles a stage's program before its inputs are there: they are not, when all stages start at once."""
    if stage == "vae":
        from stage_vae import warm_vae

        warm_vae(size)
    if stage == "unet":
        from stage_unet import warm_unet

        warm_unet(size)
    if stage == "lcm":
        from stage_lcm import warm_lcm

        warm_lcm(size)


def run_stage(stage, options):
    size, work, seed = size_of(options), options.work, options.seed
    all_chunks, judge_chunks = size["scenes"] // CHUNK, size["judge_scenes"] // CHUNK
    if options.side_by_side:
        warm(stage, size)
    wait_for(work, NEEDS[stage])
    if stage == "draw":
        render(work, size, options.processes)
    if stage == "vae":
        from stage_vae import cache_latents, train_vae, whiten_vae

        least = min(all_chunks, 12) if options.side_by_side else all_chunks
        known = {"world": drawn(work, "world", least)}

        def worlds():
            if len(known["world"].scenes) < size["scenes"]:
                known["world"] = drawn(work, "world", least)
            return known["world"]

        world = train_vae(size, worlds, work, seed)
        if not os.path.exists(os.path.join(work, "vae_white.pt")):
            whiten_vae(size, world, work, seed)
        cache_latents(size, world, work)
    if stage == "clip":
        from stage_clip import train_clip

        train_clip(size, drawn(work, "world", max(1, int(0.6 * all_chunks)) if options.side_by_side else all_chunks), work, seed)
    if stage == "unet":
        from stage_unet import train_unet

        train_unet(size, work, seed)
    if stage == "decoder":
        from stage_vae import train_decoder

        train_decoder(size, work, seed)
    if stage == "judge":
        from stage_judge import train_judge

        train_judge(size, drawn(work, "judge_world", judge_chunks), work, seed)
    if stage == "lcm":
        from stage_lcm import train_lcm

        train_lcm(size, work, seed, options.out)
    if stage == "export":
        from export import export_model

        export_model(size, work, options.out)
    if stage not in ("export",):
        mark(work, stage)


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    os.makedirs(options.work, exist_ok=True)
    stages = options.stages.split(",")
    if not options.side_by_side or len(stages) == 1:
        for stage in stages:
            try:
                run_stage(stage, options)
            except Exception:
                traceback.print_exc()
                sys.exit(1)
        return
    command = [sys.executable, *sys.argv, "--stages"]  # the last one counts
    processes = [subprocess.Popen([*command, stage]) for stage in stages if stage != "export"]
    failed = [process.args[-1] for process in processes if process.wait() != 0]
    log(f"failed: {failed}" if failed else "all stages are done")
    run_stage("export", options)


if __name__ == "__main__":
    main()
