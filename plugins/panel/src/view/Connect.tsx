/** @file Connected or not, in plain words, and what to do. */

import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ConnectionModel, ConnectionState } from '../model/connection.ts';
import { useLostFocus, useNewFocus } from './focus.ts';
import { StartCommand } from './StartCommand.tsx';

const LINES: Readonly<Record<ConnectionState['name'], string>> = {
  looking: 'Looking for Palimpsest …',
  notFound: 'Palimpsest is not running',
  blocked: 'The browser blocks this panel from Palimpsest',
  unpaired: 'Not connected yet',
  waiting: 'Waiting for its turn',
  pairing: 'Waiting for the code',
  reconnecting: 'The connection is lost',
  connected: 'Connected',
};

/** The line at the top, with the model that will paint. It stays in sight for as long as something is wrong. */
export function ConnectionLine({
  model,
  paints,
}: {
  readonly model: ConnectionModel;
  readonly paints: string;
}) {
  const { name } = model.state.value;
  const caution = model.models.value.find((other) => other.name === paints)?.caution;
  return (
    <div class="top" data-state={name}>
      <p class="connection" role="status">
        <span class="dot" aria-hidden="true" />
        {LINES[name]}
      </p>
      {name === 'reconnecting' && (
        <p class="hint">
          Trying again. If Palimpsest has stopped, start it with <StartCommand />: your edits continue.
        </p>
      )}
      {name === 'connected' && <p class="hint">{paints === '' ? 'no model' : `model: ${paints}`}</p>}
      {name === 'connected' && caution !== undefined && <p class="caution">{caution}</p>}
    </div>
  );
}

interface ConnectProps {
  readonly model: ConnectionModel;
  readonly howToConnect: string;
  readonly onLostFocus: () => void;
}

/** What to do about it. */
export function Connect({ model, howToConnect, onLostFocus }: ConnectProps) {
  const state = model.state.value;
  const section = useRef<HTMLElement>(null);
  useLostFocus(section, onLostFocus);
  const lost = useNewFocus(() => {
    const first = section.current?.querySelector<HTMLElement>('input, button');
    (first ?? section.current)?.focus();
  });
  return (
    <section class="card connect" aria-label="Connection" ref={section} tabIndex={-1}>
      <Step key={state.name} onLostFocus={() => lost(null)}>
        {state.name === 'notFound' && <NotFound model={model} />}
        {state.name === 'blocked' && <Blocked model={model} />}
        {state.name === 'unpaired' && <Unpaired {...{ model, howToConnect }} />}
        {state.name === 'waiting' && <Waiting model={model} />}
        {state.name === 'pairing' && <Pairing model={model} state={state} />}
      </Step>
      {model.problem.value !== null && (
        <p class="problem" role="alert">
          {model.problem.value}
        </p>
      )}
    </section>
  );
}

interface StepProps {
  readonly onLostFocus: () => void;
  readonly children: ComponentChildren;
}

function Step({ onLostFocus, children }: StepProps) {
  const step = useRef<HTMLDivElement>(null);
  useLostFocus(step, onLostFocus);
  return <div ref={step}>{children}</div>;
}

function NotFound({ model }: { readonly model: ConnectionModel }) {
  return (
    <>
      <h2>Start Palimpsest</h2>
      <p>
        It runs on this computer, but does not answer. Run <StartCommand /> in a terminal, and leave it
        running. This panel connects by itself.
      </p>
      <button type="button" onClick={() => void model.look()}>
        Look again
      </button>
    </>
  );
}

function Blocked({ model }: { readonly model: ConnectionModel }) {
  return (
    <>
      <h2>Let this panel reach your computer</h2>
      <p>
        Palimpsest runs on this computer, but the browser does not let this page reach it, or has not asked
        you yet.
      </p>
      <ol>
        <li>
          Start Palimpsest with <StartCommand />: the browser asks only when it is running.
        </li>
        <li>Press the button below, and allow access to apps on this device if the browser asks.</li>
        <li>
          If it does not ask: click the icon left of the address, open the site settings, and allow “Apps on
          device”.
        </li>
      </ol>
      <p>The desktop app of your editor needs none of this.</p>
      <button type="button" onClick={() => void model.look()}>
        Try again
      </button>
    </>
  );
}

function Unpaired({ model, howToConnect }: Omit<ConnectProps, 'onLostFocus'>) {
  return (
    <>
      <h2>Connect to Palimpsest</h2>
      <p>{howToConnect}</p>
      <button type="button" class="primary" onClick={() => void model.ask()}>
        Connect
      </button>
    </>
  );
}

function Waiting({ model }: { readonly model: ConnectionModel }) {
  return (
    <>
      <h2>Others come first</h2>
      <p>
        Something else asks to connect as well, and Palimpsest shows one code at a time. This panel waits for
        its turn and asks for its code by itself. Keep it open.
      </p>
      <button type="button" onClick={() => model.giveUp()}>
        Back
      </button>
    </>
  );
}

function Pairing({
  model,
  state,
}: {
  readonly model: ConnectionModel;
  readonly state: Extract<ConnectionState, { name: 'pairing' }>;
}) {
  const [code, setCode] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void model.confirm(code);
      }}
    >
      <h2>Type in the code</h2>
      <p>The six digits are in the terminal where Palimpsest runs, and on its own page.</p>
      <label>
        Code
        <input
          class="code"
          ref={field}
          inputMode="numeric"
          autoComplete="off"
          maxLength={6}
          value={code}
          aria-invalid={state.mistake !== null}
          onInput={({ currentTarget }) => setCode(currentTarget.value.replace(/\D/g, ''))}
        />
      </label>
      <TimeLeft until={state.expiresAt} />
      {state.mistake !== null && (
        <p class="problem" role="alert">
          {state.mistake}
        </p>
      )}
      <div class="buttons">
        <button type="submit" class="primary" disabled={code.length !== 6}>
          Connect
        </button>
        <button type="button" onClick={() => model.giveUp()}>
          Back
        </button>
      </div>
    </form>
  );
}

/** Counts down to a time in ms. */
function TimeLeft({ until }: { readonly until: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return <p class="hint">{`The code expires in ${clock}.`}</p>;
}
