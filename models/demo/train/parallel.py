"""Several single-threaded processes share each batch: on small networks they beat threads."""
import os
import subprocess
import sys

import torch
import torch.distributed as distributed


def start_workers(name, work, workers):
    """The number of this process among the workers of a stage; the first one starts the others."""
    if workers == 1:
        return 0
    torch.set_num_threads(1)
    meeting = os.path.join(work, f"{name}.meeting")
    rank = int(os.environ.get("DEMO_WORKER", "0"))
    if rank == 0:
        if os.path.exists(meeting):
            os.remove(meeting)
        for other in range(1, workers):
            arguments = [sys.executable, *sys.argv, "--stages", name]
            subprocess.Popen(arguments, env={**os.environ, "DEMO_WORKER": str(other)})
    distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=workers)
    return rank


def average_gradients(module):
    """Averages the gradients between workers, in one message."""
    grads = [p.grad for p in module.parameters()]
    flat = torch.cat([g.flatten() for g in grads])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    for grad, part in zip(grads, flat.split([g.numel() for g in grads])):
        grad.copy_(part.view_as(grad))


def stop_workers(rank, workers):
    """Ends all workers but the first."""
    if workers > 1:
        distributed.destroy_process_group()
        if rank > 0:
            sys.exit(0)
