"""Shared tools: checkpoints, moving averages, learning rates, safetensors."""
import json
import os
import signal
import struct
import sys
import time

import numpy as np
import torch

DTYPES = {"F16": np.float16, "F32": np.float32, "I64": np.int64}


def log(message):
    """Prints a line with the time of day, at once."""
    print(time.strftime("%H:%M:%S"), message, flush=True)


def save_atomic(path, state):
    """torch.save that leaves either the old or the new file, never half of one."""
    torch.save(state, path + ".partial")
    os.replace(path + ".partial", path)


def write_json(path, value):
    with open(path + ".partial", "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
    os.replace(path + ".partial", path)


def save_safetensors(path, tensors):
    """Writes a dict of tensors as F16 (integers as I64) in the safetensors layout."""
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(tensors):
        value = tensors[name].detach().cpu().contiguous()
        floating = value.is_floating_point()
        if floating and not torch.isfinite(value.half()).all():
            raise ValueError(f"{name} does not fit float16")
        blob = (value.half() if floating else value.long()).numpy().tobytes()
        header[name] = {
            "dtype": "F16" if floating else "I64",
            "shape": list(value.shape),
            "data_offsets": [offset, offset + len(blob)],
        }
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".partial", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
    os.replace(path + ".partial", path)


def load_safetensors(path):
    """Reads a safetensors file into float32 / int64 tensors."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        low, high = entry["data_offsets"]
        array = np.frombuffer(data[8 + length + low : 8 + length + high], DTYPES[entry["dtype"]])
        tensor = torch.from_numpy(array.reshape(entry["shape"]).copy())
        tensors[name] = tensor.float() if tensor.is_floating_point() else tensor
    return tensors


class Average:
    """Exponential moving average of a module's weights."""

    def __init__(self, module, decay):
        self.decay = decay
        self.shadow = {k: v.detach().clone() for k, v in module.state_dict().items()}

    def update(self, module, step):
        decay = min(self.decay, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, value in module.state_dict().items():
                shadow = self.shadow[name]
                if value.is_floating_point():
                    shadow.lerp_(value, 1 - decay)
                else:
                    shadow.copy_(value)


def rate(step, total, peak, warmup=200, decay=0.3):
    """Warm up, stay, and fall linearly to zero over the last share of the steps."""
    falling = (total - step) / max(1, decay * total)
    return peak * min(1.0, (step + 1) / warmup, max(0.0, falling))


class Trainer:
    """Runs a stage step by step; saves everything every few minutes; resumes by itself."""

    def __init__(self, name, work, module, total, peak, decay=0.999, weight_decay=0.0, minutes=4.0):
        self.name, self.module, self.total, self.peak = name, module, total, peak
        self.path = os.path.join(work, f"{name}.ckpt")
        self.optimizer = torch.optim.AdamW(module.parameters(), lr=peak, betas=(0.9, 0.99), weight_decay=weight_decay)
        self.average = Average(module, decay)
        self.step, self.minutes, self.saved, self.busy = 0, minutes, time.time(), 0.0
        self.meter, self.count, self.started = 0.0, 0, time.time()
        self.stopping = False
        signal.signal(signal.SIGTERM, self.stop)
        if os.path.exists(self.path):
            state = torch.load(self.path, map_location="cpu")
            module.load_state_dict(state["module"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average.shadow = state["average"]
            self.step, self.busy = state["step"], state.get("busy", 0.0)
            log(f"{name}: resumed at step {self.step}")

    def stop(self, *_):
        """Asked to end: finish the step, save, leave."""
        self.stopping = True

    def done(self):
        return self.step >= self.total

    def save(self):
        state = {
            "module": self.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.shadow,
            "step": self.step,
            "busy": self.busy,
        }
        save_atomic(self.path, state)
        self.saved = time.time()

    def advance(self, loss, report=100, share=None, keeps=True):
        """One optimiser step for this loss. `share` averages gradients between workers; one of them keeps files."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate(self.step, self.total, self.peak)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if share is not None:
            share(self.module)
        torch.nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        if not keeps:
            return
        self.average.update(self.module, self.step)
        self.meter += loss.item()
        self.count += 1
        if self.count == report:
            spent = time.time() - self.started
            self.busy += spent
            log(f"{self.name}: step {self.step}/{self.total} loss {self.meter / report:.5f} {spent / report:.3f} s/step")
            self.meter, self.count, self.started = 0.0, 0, time.time()
        if time.time() - self.saved > 60 * self.minutes or self.done() or self.stopping:
            self.save()
        if self.stopping:
            sys.exit(0)


def load_average(work, name, module):
    """Puts the averaged weights of a stage into a module and returns the number of steps trained."""
    state = torch.load(os.path.join(work, f"{name}.ckpt"), map_location="cpu")
    module.load_state_dict(state["average"])
    return state["step"]
