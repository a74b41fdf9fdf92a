npx palimpsest edit "$PICTURE" --from "a striped red ball on a meadow" --to "a striped red star on a meadow" \
  --mode instant --out "$OUT" --json 2>/dev/null
