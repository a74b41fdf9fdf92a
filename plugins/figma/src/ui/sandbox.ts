/** @file The sandbox, as the panel sees it: questions and answers, as messages. */

import { HostError } from '@palimpsest/sdk';
import * as z from 'zod/mini';
import { type Answer, QUESTIONS, type QuestionName, type QuestionParams, Reply } from '../messages.ts';

/** The way between the two halves. */
export interface MessagePath {
  /** Sends a copy of the message. */
  send(message: unknown): void;
  /** Hears messages, whoever sends them. */
  listen(listener: (message: unknown) => void): void;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: HostError) => void;
}

export class Sandbox {
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<() => void>();
  private asked = 0;

  private readonly path: MessagePath;

  constructor(path: MessagePath) {
    this.path = path;

    path.listen((message) => this.hear(message));
  }

  /** @throws {HostError} as the sandbox says. */
  async ask<Q extends QuestionName>(question: Q, params: QuestionParams<Q>): Promise<Answer<Q>> {
    const id = ++this.asked;
    const answer = await new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.path.send({ id, question, params });
    });
    return z.parse(QUESTIONS[question].answer, answer) as Answer<Q>;
  }

  /** Listens for changes of the selection; returns what ends that. */
  onSelection(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private hear(message: unknown): void {
    const { data: reply } = z.safeParse(Reply, message);
    if (reply === undefined) return;
    if ('event' in reply) {
      for (const listener of this.listeners) listener();
      return;
    }
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new HostError(reply.error.code, reply.error.message));
    else waiting?.resolve(reply.answer);
  }
}
