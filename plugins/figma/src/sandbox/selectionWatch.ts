/** @file Notices when something else is selected, and when what is selected looks different. */

/** What can change on a node without a trace in its picture; our own notes are among it. */
const UNSEEN: readonly NodeChangeProperty[] = ['pluginData', 'name', 'locked', 'parent'];

/** Tells of each change for as long as the plugin runs. */
export function watchSelection(tell: () => void): void {
  const changed = ({ nodeChanges }: NodeChangeEvent) => {
    if (nodeChanges.some(concernsSelection)) tell();
  };
  // Other pages need not even be loaded.
  let page = figma.currentPage;
  page.on('nodechange', changed);
  figma.on('selectionchange', tell);
  figma.on('currentpagechange', () => {
    page.off('nodechange', changed);
    page = figma.currentPage;
    page.on('nodechange', changed);
    tell();
  });
}

function concernsSelection(change: NodeChange): boolean {
  if (change.type === 'PROPERTY_CHANGE' && change.properties.every((name) => UNSEEN.includes(name)))
    return false;
  // It does not say any more whose child it was.
  if (change.node.removed) return figma.currentPage.selection.length > 0;
  return isWithin(change.node, new Set(figma.currentPage.selection.map(({ id }) => id)));
}

const isWithin = (node: BaseNode, ids: ReadonlySet<string>): boolean =>
  ids.has(node.id) || (node.parent !== null && isWithin(node.parent, ids));
