import asyncio, base64, hashlib, hmac, json, pathlib, secrets, sys
import websockets

folder, picture, out = pathlib.Path(sys.argv[1]), *sys.argv[2:4]
token = (folder / "token").read_text().strip()

def mac(text):
    return hmac.digest(hashlib.sha256(token.encode()).digest(), text.encode(), "sha256")

async def main():
    port = json.loads((folder / "daemon.json").read_text())["daemon"]["port"]
    async with websockets.connect(f"ws://127.0.0.1:{port}/rpc", max_size=2**20) as socket:
        async def call(method, **params):
            await socket.send(json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}))
            while True:
                answer = json.loads(await socket.recv())
                if answer.get("id") != method:
                    continue  # a notification
                if "error" in answer:
                    raise SystemExit(answer["error"]["message"])
                return answer["result"]

        nonce = secrets.token_hex(32)
        theirs = await call("hello.prove", name=mac("palimpsest name").hex()[:32], nonce=nonce)
        numbers = f"{port} {nonce} {theirs['nonce']}"
        if theirs["proof"] != mac(f"palimpsest daemon {numbers}").hex():
            raise SystemExit("What answers is not your daemon.")
        mask = mac(f"palimpsest client {numbers}")
        await call("hello", proof=bytes(a ^ b for a, b in zip(bytes.fromhex(token), mask)).hex(), protocol=1)
        model = (await call("models.list"))["models"][0]["name"]
        image = (await call("images.put", data=base64.b64encode(open(picture, "rb").read()).decode()))["image"]
        job = (await call("edits.create", model=model, image=image,
                          source="a striped red ball on a meadow", target="a striped red star on a meadow",
                          inversion={"mode": "instant"}))["job"]
        while job["state"] in ("queued", "running"):
            await asyncio.sleep(0.2)
            job = (await call("jobs.get", id=job["id"]))["job"]
        if job["state"] != "done":
            raise SystemExit(job["error"]["message"])
        result = await call("images.get", image=job["result"]["image"])
        open(out, "wb").write(base64.b64decode(result["data"]))

asyncio.run(main())
