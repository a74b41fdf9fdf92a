/** @file The flags that say where networks run, and with how much memory. */

import { type Command, Option } from 'commander';
import { DEVICES } from '../execution/deviceNames.ts';
import { PRECISIONS } from '../weights/precision.ts';

/** Adds `--device`, `--precision` and `--memory-budget`. */
export function addDeviceFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--device <choice>',
        'where the networks run; auto tries what there is and says what it chose',
      ).choices(['auto', ...DEVICES]),
    )
    .addOption(
      new Option(
        '--precision <choice>',
        'what the UNet computes in; auto is fp16 on cards that can, which halves the memory, else fp32',
      ).choices(['auto', ...PRECISIONS]),
    )
    .option(
      '--memory-budget <size>',
      'how much memory the work may take, such as 8GB (or set PALIMPSEST_MEMORY_BUDGET); default: nine tenths of what the machine has',
    );
}
