/**
 * @file Forms in a sandboxed frame. Without `allow-forms`, and nobody says whether Figma gives that, browsers submit
 * nothing and do not even tell the form: so the click on its button does. Enter in a field is such a click as well.
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
