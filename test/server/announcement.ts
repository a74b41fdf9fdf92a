/** What a daemon without models tells of itself. */

export const announcement = {
  port: 1,
  version: '0',
  device: 'cpu',
  precision: 'fp32',
  models: { directories: [], models: {}, elsewhere: false },
} as const;
