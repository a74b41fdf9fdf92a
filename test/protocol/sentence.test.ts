/** Sentences: what is told of facts, and to whom. */

import {
  bytes,
  ERROR_CODES,
  factsOf,
  foreign,
  listed,
  named,
  oneOf,
  ours,
  PalimpsestError,
  place,
  render,
  sentence,
  telling,
  verbatim,
} from '@palimpsest/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../daemon/src/engine/messages.ts';
import { errorOf } from '../../protocol/src/client/connection.ts';

const file = place('/home/somebody/my models/unet/model.safetensors');

describe('a sentence', () => {
  const damaged = sentence`${{ file }} is damaged: ${{ reason: sentence`it ends before ${{ tensor: 'conv_in' }}` }}. ${{ advice: '' }}`;

  it('is a template that can be translated, and facts', () => {
    expect(damaged).toEqual({
      template: '{file} is damaged: {reason}. {advice}',
      facts: {
        file,
        reason: { template: 'it ends before {tensor}', facts: { tensor: 'conv_in' } },
        advice: '',
      },
    });
  });

  it('is rendered anew from another template, in its own order', () => {
    const { facts } = damaged;
    expect(render({ template: '{reason} -- {file}', facts }, 'outside')).toBe(
      'it ends before conv_in -- model.safetensors',
    );
  });

  it('tells this machine where things lie, and others only their names', () => {
    expect(render(damaged, 'here')).toBe(`${file.place} is damaged: it ends before conv_in. `);
    expect(render(damaged, 'outside')).toBe('model.safetensors is damaged: it ends before conv_in. ');
    expect(factsOf(damaged, 'here')).toEqual({ file: file.place, tensor: 'conv_in' });
    expect(factsOf(damaged, 'outside')).toEqual({ file: 'model.safetensors', tensor: 'conv_in' });
  });

  it.each([
    ['C:\\Users\\some body\\model.safetensors', 'model.safetensors'],
    ['/models/tiny/', 'tiny'],
    ['tiny', 'tiny'],
    ['/', '…'],
  ])('tells of %s outside only %s', (path, name) => {
    expect(render(sentence`Cannot open ${{ path: place(path) }}.`, 'outside')).toBe(`Cannot open ${name}.`);
  });

  it('is whole without the words of others', () => {
    const said = foreign('EIO, open /home/somebody/x');
    const told = (one: ReturnType<typeof sentence>) => [render(one, 'here'), render(one, 'outside')];
    expect(told(sentence`Cannot read it: ${{ said }}. Try again.`)).toEqual([
      `Cannot read it: ${said.foreign}. Try again.`,
      'Cannot read it. Try again.',
    ]);
    expect(told(sentence`Cannot read it (${{ said }}).`)).toEqual([
      `Cannot read it (${said.foreign}).`,
      'Cannot read it.',
    ]);
    expect(told(sentence`It says "${{ said }}" there.`)).toEqual([
      `It says "${said.foreign}" there.`,
      'It says "…" there.',
    ]);
    expect(factsOf(sentence`Cannot read it: ${{ said }}.`, 'outside')).toEqual({});
  });

  it('may have braces, dollars and names of facts in its texts and facts', () => {
    expect(render(sentence`Write {"a": ${{ value: '{value} $&' }}}.`, 'here')).toBe(
      'Write {"a": {value} $&}.',
    );
    expect(render(verbatim('{file} {{x}}', { file: 'y' }), 'outside')).toBe('{file} {{x}}');
  });

  it('tells programs ids, bytes and choices where people read names, amounts and words', () => {
    const told = sentence`${{ editor: named('sdedit', 'SDEdit') }} needs ${{ needed: bytes(187_300_000) }}: take ${{ choices: oneOf(['a', 'b', 'c']) }}${{ why: sentence` for ${{ reason: 'x' }}` }}. ${{ advice: ours('Do that.') }}`;
    expect(render(told, 'outside')).toBe('SDEdit needs 187 MB: take a, b or c for x. Do that.');
    const facts = { editor: 'sdedit', needed: 187_300_000, choices: ['a', 'b', 'c'], reason: 'x' };
    expect(factsOf(told, 'outside')).toEqual(facts);
    expect(render(sentence`${{ one: oneOf(['a']) }}`, 'here')).toBe('a');
    expect(factsOf(telling(told, { needs: 'mask' }), 'here')).toEqual({ ...facts, needs: 'mask' });
    expect(render(telling(told, { needs: 'mask' }), 'outside')).toBe(render(told, 'outside'));
    const both = listed([sentence`size ${{ side: 448 }}`, sentence`mode ${{ mode: 'instant' }}`], '; ');
    expect(render(both, 'here')).toBe('size 448; mode instant');
    expect(factsOf(both, 'here')).toEqual({ side: 448, mode: 'instant' });
  });

  it('crosses from the engine as it is, with facts of every sort', () => {
    const told = sentence`${{ file }} ${{ said: foreign('x') }} ${{ by: named('a', 'A') }} ${{ size: bytes(1) }} ${{ some: oneOf(['a']) }} ${{ all: ['b'] }} ${{ count: 2 }} ${{ so: true }} ${{ why: ours('w') }}`;
    expect(Failure.parse({ code: 'WRITE_FAILED', sentence: told }).sentence).toEqual(told);
  });

  it('lists, counts and says yes or no', () => {
    const told = sentence`${{ count: 2 }} of ${{ names: ['a', 'b'] }}: ${{ all: true }}`;
    expect(render(told, 'here')).toBe('2 of a, b: true');
    expect(factsOf(told, 'here')).toEqual({ count: 2, names: ['a', 'b'], all: true });
  });
});

describe('whatever lies anywhere', () => {
  /** Names that cannot be taken for words of the sentence. */
  const names = fc.array(fc.stringMatching(/^[A-Z][\w .'"-]{0,8}[A-Z]$/), { minLength: 2, maxLength: 6 });
  const paths = fc.tuple(names, fc.constantFrom('/', '\\'), fc.constantFrom('', '/', 'C:\\', '\\\\server\\'));

  it('its folders are never told outside, in the sentence or its facts', () => {
    fc.assert(
      fc.property(paths, paths, fc.boolean(), ([one, slash, root], [two, other], isNested) => {
        const [first, second] = [root + one.join(slash), two.join(other)];
        const why = sentence`it is a link to ${{ target: place(second) }}`;
        const told = sentence`${{ file: place(first) }} cannot be read: ${{ why: isNested ? why : foreign(first + second) }}. Check ${{ file: place(first) }}.`;
        const outside = render(told, 'outside') + JSON.stringify(factsOf(told, 'outside'));
        for (const [path, by] of [
          [one, slash],
          [two, other],
        ] as const) {
          for (let i = 1; i < path.length; i++) {
            const folder = JSON.stringify(path[i - 1] + by + path[i]).slice(1, -1);
            expect(outside).not.toContain(folder);
            expect(outside).not.toContain(path[i - 1] + by + path[i]);
          }
        }
        expect(render(told, 'here')).toContain(first);
      }),
    );
  });
});

describe('an error', () => {
  it('has its sentence for this machine as message, and facts', () => {
    const cause = new Error('why');
    const error = new PalimpsestError('WRITE_FAILED', sentence`Cannot write ${{ file }}.`, { cause });
    expect(error).toMatchObject({
      code: 'WRITE_FAILED',
      message: `Cannot write ${file.place}.`,
      facts: { file: file.place },
      cause,
    });
    expect(new PalimpsestError('CANCELLED', 'Stopped.')).toMatchObject({ message: 'Stopped.', facts: {} });
  });

  it('from the wire has what the daemon told, and no facts where they are none', () => {
    const told = {
      code: 1013,
      message: 'No {room} is left.',
      data: { code: 'DISK_FULL', facts: { free: 3 } },
    };
    expect(errorOf(told)).toMatchObject({ code: 'DISK_FULL', message: told.message, facts: { free: 3 } });
    for (const facts of [undefined, null, 5, 'x', [], { free: null }, { free: { template: 5 } }]) {
      const error = errorOf({ ...told, data: { code: 'DISK_FULL', facts } });
      expect(error).toMatchObject({ code: 'DISK_FULL', message: told.message });
      expect(error.facts).toEqual({});
    }
    expect(errorOf({ ...told, data: null })).toMatchObject({ code: 'INTERNAL', facts: {} });
  });

  it('takes no text that was put together: the compiler refuses it', () => {
    const path: string = file.place;
    const code = 'WRITE_FAILED';
    // @ts-expect-error
    expect(new PalimpsestError(code, path)).toBeInstanceOf(Error);
    // @ts-expect-error
    expect(new PalimpsestError(code, `Cannot write ${path}.`)).toBeInstanceOf(Error);
    // @ts-expect-error
    expect(new PalimpsestError(code, `Cannot write ${path}.` as const)).toBeInstanceOf(Error);
    // @ts-expect-error
    expect(new PalimpsestError(code, `${'Cannot write '}${path}`)).toBeInstanceOf(Error);
    // @ts-expect-error
    expect(new PalimpsestError(code, path === '' ? 'Name a file.' : path)).toBeInstanceOf(Error);
    // @ts-expect-error
    expect(new PalimpsestError(code, ERROR_CODES[code] + path)).toBeInstanceOf(Error);
  });
});
