/** @file The half of the plugin that Figma runs beside the document. It translates; the panel decides. */

import * as z from 'zod/mini';
import {
  type Answer,
  QUESTIONS,
  Question,
  type QuestionName,
  type QuestionParams,
  type Reply,
} from '../messages.ts';
import { documentMark } from './documentMark.ts';
import { exportPixels } from './exporting.ts';
import { findNode, layerOf, selectedLayers } from './layers.ts';
import { recall, remember } from './memories.ts';
import { openWindow, resizeWindow } from './panelWindow.ts';
import { placeAll } from './placing.ts';
import { Refusal } from './refusal.ts';
import { watchSelection } from './selectionWatch.ts';
import { readSetting, writeSetting } from './settings.ts';

// The schemas compile themselves where they can, for which there is no leave here.
z.config({ jitless: true });

type Answers = { readonly [Q in QuestionName]: (params: QuestionParams<Q>) => Promise<Answer<Q>> };

const ANSWERS: Answers = {
  selection: selectedLayers,
  find: async ({ id }) => {
    const node = await findNode(id);
    return node && layerOf(node);
  },
  documentMark: ({ mark }) => documentMark(mark),
  exportPixels: ({ id, scale }) => exportPixels(id, scale),
  placeAll: ({ placings }) => placeAll(placings),
  remember: ({ id, text }) => remember(id, text),
  recall: ({ id }) => recall(id),
  readSetting: ({ name }) => readSetting(name),
  writeSetting: ({ name, value }) => writeSetting(name, value),
  notify: async ({ message, kind }) => {
    figma.notify(message, { error: kind === 'error' });
    return null;
  },
  resize: ({ done, ...size }) => resizeWindow(size, done),
};

const say = (reply: Reply): void => figma.ui.postMessage(reply);

async function hear(message: unknown): Promise<void> {
  const { data } = z.safeParse(Question, message);
  // Whoever sent that, it was not our panel.
  if (data === undefined) return;
  const { id, question, params } = data;
  try {
    say({ id, answer: await answer(question, params) });
  } catch (error) {
    say({ id, error: described(error) });
  }
}

const answer = <Q extends QuestionName>(question: Q, params: unknown): Promise<Answer<Q>> =>
  ANSWERS[question](z.parse(QUESTIONS[question].params, params) as QuestionParams<Q>);

function described(error: unknown): { code: Refusal['code']; message: string } {
  if (error instanceof Refusal) return { code: error.code, message: error.message };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'EDITOR_FAILED', message: `Figma could not do that (${reason}). Try again.` };
}

async function open(): Promise<void> {
  await openWindow();
  figma.ui.onmessage = (message) => void hear(message);
  watchSelection(() => say({ event: 'selection' }));
}

void open();
