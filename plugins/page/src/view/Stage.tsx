/** @file The picture in the middle: painting on it, comparing it with its result, removing it. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { type Brush, type BrushPoint, moved } from '../brush.ts';
import { fileNameOf } from '../fileName.ts';
import type { PageDocument, PageLayer } from '../pageDocument.ts';
import { Back } from './Moved.tsx';

interface StageProps {
  readonly document: PageDocument;
  readonly layer: PageLayer;
}

export function Stage({ document, layer }: StageProps) {
  const [painting, setPainting] = useState(false);
  const [brush, setBrush] = useState<Brush>({ size: 0.15, erasing: false });
  const [share, setShare] = useState(0);
  const { history } = document;
  const origin = (layer.from !== null && document.find(layer.from)) || null;
  const preview = document.previews.value.get(layer.id) ?? null;
  // Who has said what is to be done wants to see it; who takes the brush again sees what is painted on.
  useEffect(() => {
    if (preview !== null) setPainting(false);
  }, [preview !== null]);
  const { heeded } = document.masks;
  // Who lets the picture change anywhere has done with the brush: it would show what does not count.
  useEffect(() => {
    if (!heeded.value && document.maskOf(layer.id) !== null) setPainting(false);
  }, [heeded.value]);
  const shown = painting || preview === null ? layer : preview;
  // Under the slider lies what was, over it what became of it.
  const before = shown === preview ? layer : origin;
  const saved = preview?.finished ? preview : layer;
  return (
    <section class="stage" aria-label="Picture">
      <figure>
        <div
          class="frame"
          style={{ aspectRatio: `${layer.width} / ${layer.height}`, '--aspect': layer.width / layer.height }}
        >
          <img src={shown.address} alt={shown.name} />
          {before !== null && share > 0 && (
            <img src={before.address} alt="Before" style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }} />
          )}
          {before !== null && share > 0 && <span class="divider" style={{ left: `${share}%` }} />}
          {shown === preview && (
            <span class="stage-note">{preview.finished ? 'Not kept yet' : 'Unfinished'}</span>
          )}
          {/* A result is seen as it is, without the tint of what it was bounded by; and what does not count is not shown. */}
          {(painting || (heeded.value && shown === layer && origin === null)) && (
            <Paint {...{ document, layer, brush, painting }} />
          )}
        </div>
        <figcaption class="unseen">{layer.name}</figcaption>
      </figure>
      <div class="tools" role="toolbar" aria-label="Tools">
        <button
          type="button"
          aria-pressed={painting}
          onClick={() => {
            if (!painting) document.brushTaken();
            setPainting(!painting);
          }}
        >
          Brush
        </button>
        {painting && (
          <>
            <button
              type="button"
              aria-pressed={brush.erasing}
              onClick={() => setBrush({ ...brush, erasing: !brush.erasing })}
            >
              Eraser
            </button>
            <label>
              <span>Size</span>
              <input
                type="range"
                min={0.02}
                max={0.5}
                step={0.01}
                value={brush.size}
                onInput={({ currentTarget }) => setBrush({ ...brush, size: Number(currentTarget.value) })}
              />
            </label>
            <button type="button" onClick={() => document.clearMask(layer.id)}>
              Clear
            </button>
          </>
        )}
        {before !== null && !painting && (
          <label>
            <span>Before</span>
            <input
              type="range"
              min={0}
              max={100}
              value={share}
              onInput={({ currentTarget }) => setShare(Number(currentTarget.value))}
            />
          </label>
        )}
        <Back steps={history.past.value} name="Undo" onClick={() => history.undo()} />
        <Back steps={history.future.value} name="Redo" onClick={() => history.redo()} />
        {!painting && (
          <a class="button" href={saved.address} download={fileNameOf(saved.name)}>
            Download
          </a>
        )}
      </div>
      {painting && (
        <p class="hint">
          Paint where the picture may change; the rest stays as it is. With keys: arrows move the brush, space
          paints.
        </p>
      )}
    </section>
  );
}

interface PaintProps extends StageProps {
  readonly brush: Brush;
  readonly painting: boolean;
}

/** The mask over the picture. */
function Paint({ document, layer, brush, painting }: PaintProps) {
  const holder = useRef<HTMLDivElement>(null);
  const last = useRef<BrushPoint | null>(null);
  const [point, setPoint] = useState<BrushPoint | null>(null);
  const [byKeys, setByKeys] = useState(false);
  const changes = document.masks.changes.value;
  useEffect(() => {
    const canvas = painting ? document.paintable(layer) : document.maskOf(layer.id);
    holder.current?.replaceChildren(...(canvas === null ? [] : [canvas]));
  }, [document, layer, painting, changes]);

  const paint = (to: BrushPoint) => {
    if (last.current === null) document.paint(layer, brush, to);
    else document.paintOn(layer, to);
    last.current = to;
  };
  const pointOf = ({ offsetX, offsetY }: MouseEvent): BrushPoint => {
    const canvas = document.paintable(layer);
    const { clientWidth = 1, clientHeight = 1 } = holder.current ?? {};
    return { x: (offsetX * canvas.width) / clientWidth, y: (offsetY * canvas.height) / clientHeight };
  };
  const end = () => {
    if (last.current !== null) document.strokeEnded();
    last.current = null;
  };
  const canvas = painting ? document.paintable(layer) : null;
  return (
    <>
      <div class="mask" ref={holder} />
      {canvas !== null && (
        <div
          class="easel"
          role="application"
          aria-label="Paint where the picture may change: arrows move the brush, space paints"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
          tabIndex={0}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            // The ring is the keyboard's; it goes on from where the mouse was.
            setByKeys(false);
            setPoint(pointOf(event));
            paint(pointOf(event));
          }}
          onPointerMove={(event) => {
            if (last.current !== null) paint(pointOf(event));
          }}
          onPointerUp={end}
          onPointerCancel={end}
          onFocus={({ currentTarget }) => {
            setPoint(point ?? { x: canvas.width / 2, y: canvas.height / 2 });
            setByKeys(currentTarget.matches(':focus-visible'));
          }}
          onBlur={() => setByKeys(false)}
          onKeyDown={(event) => {
            const at = point ?? { x: canvas.width / 2, y: canvas.height / 2 };
            const next = moved(canvas, at, event.key, brush);
            if (next !== null) setPoint(next);
            else if (event.key === ' ') paint(at);
            else return;
            end();
            setByKeys(true);
            event.preventDefault();
          }}
        />
      )}
      {canvas !== null && point !== null && byKeys && (
        <span
          class="tip"
          style={{
            left: `${(100 * point.x) / canvas.width}%`,
            top: `${(100 * point.y) / canvas.height}%`,
          }}
        />
      )}
    </>
  );
}
