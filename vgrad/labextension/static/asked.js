// A result that answers a question waits until its cell is run.
//
// A page is stored with its results, and so what a question asks for stood open below it, before anybody could think. Here
// the results of the cells that follow a question are hidden, until they are run or asked for.

const QUESTION = /^ask\(/;
const WAITS = 'vgrad-waits';
const STYLE = `.${WAITS} .jp-OutputArea { display: none; }
  .vgrad-waiting { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; line-height: 1.4;
    padding: 4px 8px 4px calc(var(--jp-cell-prompt-width) + 8px); }
  .vgrad-waiting p { margin: 0; font-style: italic; }
  .vgrad-waiting button { min-height: 28px; padding: 2px 12px; font: inherit; color: inherit; cursor: pointer;
    background: var(--jp-layout-color1); border: 1px solid var(--jp-border-color1); }
  @media (max-width: 760px) { .vgrad-waiting { padding-left: 8px; } }`;

// The cells of code that come first after each question, whatever text stands between.
const answering = cells => {
  const found = [];
  let asked = false;
  let before;
  for (const cell of cells) {
    const code = cell.model.type === 'code';
    if (code && QUESTION.test(cell.model.sharedModel.source)) asked = true;
    else if (code && asked) found.push(cell);
    else if (before && before === found.at(-1)) asked = false; // a text after the last of them
    before = cell;
  }
  return found;
};

const hide = cell => {
  if (!cell.model.outputs.length) return;
  const waiting = document.createElement('div');
  waiting.className = 'vgrad-waiting';
  const said = waiting.appendChild(document.createElement('p'));
  said.textContent = 'Its result is hidden until you run this cell. Answer the question above first.';
  const button = waiting.appendChild(document.createElement('button'));
  button.textContent = 'Show the result';
  const show = () => {
    cell.removeClass(WAITS);
    waiting.remove();
    cell.model.stateChanged.disconnect(whenRun);
  };
  const whenRun = (_, { name }) => name === 'executionCount' && show();
  button.onclick = show;
  cell.model.stateChanged.connect(whenRun);
  cell.addClass(WAITS);
  cell.ready.then(() => cell.node.querySelector('.jp-Cell-outputWrapper').append(waiting)); // as soon as it is drawn
};

export const asked = () => ({
  id: 'vgrad-lab:asked',
  description: 'A result that answers a question waits until its cell is run.',
  autoStart: true,
  activate: app => {
    document.head.appendChild(document.createElement('style')).textContent = STYLE;
    app.docRegistry?.addWidgetExtension('Notebook', {
      createNew: (panel, context) => {
        context.ready.then(() => answering(panel.content.widgets).forEach(hide)).catch(console.warn);
      }
    });
  }
});
