/** @file A button of a card that may have to wait. */

interface ActionProps {
  readonly name: string;
  /** Why it would do nothing, or null. */
  readonly idle: string | null;
  readonly isMain?: boolean;
  readonly onClick: () => void;
}

export function Action({ name, idle, isMain = false, onClick }: ActionProps) {
  return (
    <button
      type="button"
      class={isMain ? 'primary' : ''}
      disabled={idle !== null}
      title={idle ?? undefined}
      onClick={onClick}
    >
      {name}
    </button>
  );
}
