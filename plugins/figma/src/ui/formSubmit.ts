/**
 * @file Forms in a sandboxed frame. Without `allow-forms`, which Figma may not give, browsers submit nothing and do not
 * even notify the form. So the click on the form's button submits it; Enter in a field counts as such a click.
 */

export function tellFormsOfSubmit(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button?.type !== 'submit' || button.form === null) return;
    event.preventDefault();
    const submit = new SubmitEvent('submit', { submitter: button, bubbles: true, cancelable: true });
    if (button.form.reportValidity()) button.form.dispatchEvent(submit);
  });
}
