"""The same UNet and the same inner iteration in plain PyTorch, to be timed beside ours on the same weights.

    python3 inner_iteration.py MODEL --latent-side 32 --threads 2     serves the timer of `npm run bench -- --pytorch`:
                                                                      reads "forward" or "inner" a line, does one,
                                                                      answers {"wallMs": ..., "cpuMs": ...}
    python3 inner_iteration.py MODEL --check GOLDEN                   compares with GOLDEN/unet.safetensors

The networks' weights are frozen, so autograd differentiates what our graph does: the paths from the mapping network
to the loss. The image features are computed once and the mapping network is evaluated once per iteration.
"""

import argparse
import json
import math
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

PROMPT_TOKENS = 77
IMAGE_TOKENS = 197
TIMESTEP = 441
GUIDANCE = 7.5
STEP_LATENT, STEP_NOISE = 1.01, -0.02
GOLDEN_TOLERANCE = 2e-5


def read_safetensors(path):
    """The tensors of a file, as float32 where they are floating point."""
    types = {"F32": np.float32, "F16": np.float16, "I64": np.int64, "U8": np.uint8}
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + length)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        array = np.frombuffer(data[begin:end].tobytes(), dtype=types[entry["dtype"]])
        tensor = torch.from_numpy(array.reshape(entry["shape"]).copy())
        tensors[name] = tensor.float() if tensor.is_floating_point() else tensor
    return tensors


class UNet:
    """Stable Diffusion 1.x's UNet as functions over its named weights."""

    def __init__(self, folder):
        with open(os.path.join(folder, "config.json")) as file:
            self.config = json.load(file)
        self.weights = read_safetensors(os.path.join(folder, "diffusion_pytorch_model.safetensors"))
        self.groups = self.config.get("norm_num_groups", 32)
        self.heads = self.config["attention_head_dim"]
        self.channels = self.config["block_out_channels"]

    def linear(self, name, x):
        return F.linear(x, self.weights[name + ".weight"], self.weights.get(name + ".bias"))

    def conv(self, name, x, stride=1):
        weight = self.weights[name + ".weight"]
        return F.conv2d(x, weight, self.weights[name + ".bias"], stride=stride, padding=weight.shape[-1] // 2)

    def group_norm(self, name, x, epsilon=1e-5):
        return F.group_norm(x, self.groups, self.weights[name + ".weight"], self.weights[name + ".bias"], epsilon)

    def layer_norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.weights[name + ".weight"], self.weights[name + ".bias"])

    def resnet(self, name, x, time_embedding):
        hidden = self.conv(name + ".conv1", F.silu(self.group_norm(name + ".norm1", x)))
        hidden = hidden + self.linear(name + ".time_emb_proj", time_embedding)[:, :, None, None]
        hidden = self.conv(name + ".conv2", F.silu(self.group_norm(name + ".norm2", hidden)))
        shortcut = self.conv(name + ".conv_shortcut", x) if name + ".conv_shortcut.weight" in self.weights else x
        return shortcut + hidden

    def attention(self, name, queries, key_context, value_context, record=None):
        def split(x):
            return x.reshape(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

        q = split(self.linear(name + ".to_q", queries))
        k = split(self.linear(name + ".to_k", key_context))
        v = split(self.linear(name + ".to_v", value_context))
        probabilities = torch.softmax(torch.matmul(q, k.transpose(-1, -2)) * q.shape[-1] ** -0.5, dim=-1)
        if record is not None:
            record(probabilities)
        return self.linear(name + ".to_out.0", torch.matmul(probabilities, v).transpose(1, 2).flatten(2))

    def transformer(self, name, x, contexts, record):
        block = name + ".transformer_blocks.0"
        hidden = self.conv(name + ".proj_in", self.group_norm(name + ".norm", x, 1e-6))
        hidden = hidden.flatten(2).transpose(1, 2)
        own = self.layer_norm(block + ".norm1", hidden)
        hidden = hidden + self.attention(block + ".attn1", own, own, own)
        queries = self.layer_norm(block + ".norm2", hidden)
        hidden = hidden + self.attention(block + ".attn2", queries, *contexts, record)
        value, gate = self.linear(block + ".ff.net.0.proj", self.layer_norm(block + ".norm3", hidden)).chunk(2, dim=-1)
        hidden = hidden + self.linear(block + ".ff.net.2", value * F.gelu(gate))
        return x + self.conv(name + ".proj_out", hidden.transpose(1, 2).reshape(x.shape))

    def __call__(self, latent, timestep, key_context, value_context, record_target=None):
        """The predicted noise; cross-attention maps at a quarter of the latent's side go to `record_target`."""
        contexts = (key_context, value_context)
        target_queries = latent.shape[2] * latent.shape[3] // 16

        def record_small(probabilities):
            if record_target is not None and probabilities.shape[2] == target_queries:
                record_target(probabilities)

        half = self.channels[0] // 2
        angles = timestep * torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32) / half)
        time_embedding = torch.cat([torch.cos(angles), torch.sin(angles)])[None]
        time_embedding = F.silu(self.linear("time_embedding.linear_1", time_embedding))
        time_embedding = F.silu(self.linear("time_embedding.linear_2", time_embedding))

        layers = self.config.get("layers_per_block", 2)
        x = self.conv("conv_in", latent)
        skips = [x]
        for level, kind in enumerate(self.config["down_block_types"]):
            block = f"down_blocks.{level}"
            for layer in range(layers):
                x = self.resnet(f"{block}.resnets.{layer}", x, time_embedding)
                if kind == "CrossAttnDownBlock2D":
                    x = self.transformer(f"{block}.attentions.{layer}", x, contexts, record_small)
                skips.append(x)
            if level < len(self.channels) - 1:
                x = self.conv(block + ".downsamplers.0.conv", x, stride=2)
                skips.append(x)
        x = self.resnet("mid_block.resnets.0", x, time_embedding)
        x = self.transformer("mid_block.attentions.0", x, contexts, None)
        x = self.resnet("mid_block.resnets.1", x, time_embedding)
        for level, kind in enumerate(self.config["up_block_types"]):
            block = f"up_blocks.{level}"
            for layer in range(layers + 1):
                x = self.resnet(f"{block}.resnets.{layer}", torch.cat([x, skips.pop()], dim=1), time_embedding)
                if kind == "CrossAttnUpBlock2D":
                    x = self.transformer(f"{block}.attentions.{layer}", x, contexts, record_small)
            if level < len(self.channels) - 1:
                x = self.conv(block + ".upsamplers.0.conv", F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return self.conv("conv_out", F.silu(self.group_norm("conv_norm_out", x)))


class Mapping(torch.nn.Module):
    """The official code's mapping network: tokens are the channels, and the output is a scale and a shift."""

    def __init__(self):
        super().__init__()
        channels = 2 * PROMPT_TOKENS
        self.start = torch.nn.Conv1d(IMAGE_TOKENS, channels, 1)
        self.block = torch.nn.Sequential(
            torch.nn.Conv1d(channels, channels, 1), torch.nn.BatchNorm1d(channels), torch.nn.LeakyReLU()
        )
        self.end = torch.nn.Conv1d(channels, channels, 1)

    def forward(self, image_tokens, prompt):
        scale, shift = self.end(self.block(self.start(image_tokens))).chunk(2, dim=1)
        return prompt * scale + shift


class Workloads:
    """A noise prediction and an inner iteration on random inputs."""

    def __init__(self, unet, side):
        torch.manual_seed(0)
        width = unet.config["cross_attention_dim"]
        self.unet = unet
        self.latent, self.noise_uncond, self.target = torch.randn(3, 1, 4, side, side)
        self.prompt = torch.randn(1, PROMPT_TOKENS, width)
        self.image_tokens = torch.randn(1, IMAGE_TOKENS, width)
        queries = (side // 4) ** 2
        self.target_maps = torch.rand(5, 1, unet.heads, queries, PROMPT_TOKENS) / PROMPT_TOKENS
        self.mapping = Mapping()
        self.optimizer = torch.optim.Adam(self.mapping.parameters(), lr=0.01)

    def forward(self):
        with torch.no_grad():
            self.unet(self.latent, TIMESTEP, self.prompt, self.prompt)

    def inner(self):
        maps = []
        values = self.mapping(self.image_tokens, self.prompt)
        noise_cond = self.unet(self.latent, TIMESTEP, self.prompt, values, maps.append)
        noise = self.noise_uncond + GUIDANCE * (noise_cond - self.noise_uncond)
        loss = F.mse_loss(STEP_LATENT * self.latent + STEP_NOISE * noise, self.target)
        for target, probabilities in zip(self.target_maps, maps):
            loss = loss + F.mse_loss(target, probabilities)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


def check(unet, golden):
    """Exits with status 1 when a golden noise prediction is not met."""
    tensors = read_safetensors(os.path.join(golden, "unet.safetensors"))
    failed = False
    for timestep in (1, 441, 958):
        with torch.no_grad():
            noise = unet(tensors["latents"], timestep, tensors["context"], tensors["context"])
        expected = tensors[f"eps_t{timestep}"]
        error = ((noise - expected).abs().max() / expected.abs().max()).item()
        failed |= error > GOLDEN_TOLERANCE
        print(f"t={timestep}: {error:.1e} relative to the largest magnitude")
    sys.exit(1 if failed else 0)


def serve(workloads):
    """Does one evaluation per line of standard input."""
    for line in sys.stdin:
        evaluate = {"forward": workloads.forward, "inner": workloads.inner}[line.strip()]
        wall, cpu = time.perf_counter(), time.process_time()
        evaluate()
        answer = {"wallMs": 1e3 * (time.perf_counter() - wall), "cpuMs": 1e3 * (time.process_time() - cpu)}
        print(json.dumps(answer), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--latent-side", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--check", metavar="GOLDEN")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    unet = UNet(os.path.join(options.model, "unet"))
    if options.check:
        check(unet, options.check)
    serve(Workloads(unet, options.latent_side))


if __name__ == "__main__":
    main()
