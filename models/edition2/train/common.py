"""Shared tools: device, checkpoints, moving averages, learning rates, safetensors."""
import json
import os
import signal
import struct
import sys
import time

import numpy as np
import torch
import torch._dynamo

DTYPES = {"F16": np.float16, "F32": np.float32, "I64": np.int64}
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True


def mixed():
    """bfloat16 where it is safe; weights, norms and losses stay float32."""
    return torch.autocast(DEVICE, torch.bfloat16)


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
        self.shadow = {name: value.detach().clone() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module, step):
        decay = min(self.decay, (1 + step) / (10 + step))
        pairs = [(self.shadow[name], value) for name, value in module.state_dict().items()]
        floating = [pair for pair in pairs if pair[1].is_floating_point()]
        torch._foreach_lerp_([shadow for shadow, _ in floating], [value for _, value in floating], 1 - decay)
        for shadow, value in pairs:
            if not value.is_floating_point():
                shadow.copy_(value)


def rate(progress, step, peak, warmup=200, decay=0.4):
    """Warm up, stay, and fall linearly to zero over the last share of the stage; progress runs from 0 to 1."""
    return peak * min(1.0, (step + 1) / warmup, max(0.0, (1 - progress) / decay))


def compiled(function):
    """The function as a fused program, where there is a GPU to run it; as it is, should it not compile."""
    torch._dynamo.config.suppress_errors = True
    return torch.compile(function) if DEVICE == "cuda" and os.environ.get("EAGER") != "1" else function


class Trainer:
    """Runs a stage step by step, until its steps or its seconds are spent; saves itself; resumes by itself."""

    def __init__(self, name, work, module, size, peak, decay=0.999, weight_decay=0.0, save_every=30.0):
        self.name, self.module, self.peak = name, module.to(DEVICE), peak
        self.total, self.seconds = size[f"{name}_steps"], size[f"{name}_seconds"]
        self.path = os.path.join(work, f"{name}.ckpt")
        self.optimizer = torch.optim.AdamW(
            module.parameters(), lr=peak, betas=(0.9, 0.99), weight_decay=weight_decay, fused=DEVICE == "cuda"
        )
        self.average = Average(module, decay)
        self.step, self.save_every, self.saved, self.busy = 0, save_every, time.time(), 0.0
        self.meter, self.count, self.started = 0.0, 0, time.time()
        self.stopping, self.clock = False, None
        signal.signal(signal.SIGTERM, self.stop)
        if os.path.exists(self.path):
            state = torch.load(self.path, map_location=DEVICE)
            module.load_state_dict(state["module"])
            if "optimizer" in state:
                self.optimizer.load_state_dict(state["optimizer"])
            self.average.shadow = state["average"]
            self.step, self.busy = state["step"], state["busy"]
            log(f"{name}: resumed at step {self.step}")

    def stop(self, *_):
        """Asked to end: finish the step, save, leave."""
        self.stopping = True

    def progress(self):
        return max(self.step / self.total, self.busy / self.seconds)

    def done(self):
        return self.progress() >= 1

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

    def advance(self, loss, report=100):
        """One optimiser step for this loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate(self.progress(), self.step, self.peak)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.average.update(self.module, self.step)
        now = time.time()
        if self.clock is not None:  # the first step compiles: not counted
            self.busy += now - self.clock
        self.clock = now
        self.meter = self.meter + loss.detach()
        self.count += 1
        if self.count == report:
            each = (now - self.started) / report
            log(f"{self.name}: step {self.step} ({self.progress():.0%}) loss {float(self.meter) / report:.5f} {each:.3f} s/step")
            self.meter, self.count, self.started = 0.0, 0, now
        if now - self.saved > self.save_every or self.done() or self.stopping:
            self.save()
        if self.stopping:
            sys.exit(0)


def load_average(work, name, module):
    """Puts the averaged weights of a stage into a module and returns the number of steps trained."""
    state = torch.load(os.path.join(work, f"{name}.ckpt"), map_location=DEVICE)
    module.load_state_dict(state["average"])
    return state["step"]
