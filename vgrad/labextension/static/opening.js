// On the site: a line over each lesson, which says when Python is ready, runs the lesson, and leads back to all lessons.
//
// Whoever comes by a link does not know that a cell has to be run before its buttons and sliders are alive. So the line
// says it, and the first cell, on which all others rely, is run as soon as there is a Python to run it.

import { addStyle, Bar } from './bar.js';

const STYLE = `.vgrad-course { position: fixed; right: 0; bottom: 0; z-index: 10; padding: 4px 12px; font-size: var(--jp-ui-font-size1);
    color: var(--jp-ui-font-color1); background: var(--jp-layout-color2); }
  .vgrad-course p { position: fixed; inset: 40% 0 auto; margin: 0; padding: 0 24px; text-align: center; font-size: 18px; }
  .vgrad-single :is(.jp-CodeConsole-input, .jp-OutputPrompt, .jp-OutputArea-promptOverlay) { display: none; }
  .vgrad-single .lm-SplitPanel-handle { visibility: hidden; }
  .vgrad-single .jp-CodeConsole-content { height: 100% !important; padding-bottom: 40px; }
  .vgrad-course a { color: var(--jp-content-link-color); text-decoration: underline; }
  .vgrad-still { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; line-height: 1.4;
    padding: 4px 8px 4px calc(var(--jp-cell-prompt-width) + 8px); }
  .vgrad-still p { margin: 0; font-style: italic; }
  .vgrad-still button { min-height: 32px; padding: 2px 16px; font: inherit; cursor: pointer; color: #fff; border: 0;
    background: #1565c0; }
  @media (max-width: 760px) { .vgrad-still { padding-left: 8px; } }
  .jp-RenderedText pre { word-break: normal; overflow-wrap: anywhere; }
  .jp-RenderedText pre.vgrad-columns { white-space: pre; overflow-x: auto; }
  .jp-NotebookTrustedStatus { display: none; }`; // it asks for a trust that this site's own lessons need not earn

const STARTS = 'Python is starting in your browser. This takes between ten seconds and a minute.';
const READY =
  'Python is ready. Run the grey cells from the top, and their buttons and sliders come alive. ' +
  'To run a cell, click or tap it, and then press ▶ or Shift + Enter.';
const SHORT = 'Python is ready.';
const RUNS = 'The lesson is running.';
const LEAVES = 'The lesson is being saved.';
const ALIVE = 'All cells have run.';

class Line extends Bar {
  constructor(site, panel, context, Widget) {
    super(panel, Widget, 'vgrad-opening');
    const home = document.createElement('a');
    home.href = site;
    home.textContent = '← All lessons';
    home.onclick = event => this.leave(event, context);
    this.said.before(home);
  }

  // Save what was not saved yet, since the browser would otherwise ask whether the visitor really wants to leave.
  async leave(event, context) {
    if (!context.model.dirty || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.say(LEAVES);
    await context.save().catch(console.warn); // then the browser asks
    location.assign(event.target.href);
  }
}

// What runs the first cell of code, on which all others rely, as soon as Python is ready, and only once.
const firstOf = (app, panel) => {
  const notebook = panel.content;
  const run = async () => {
    await whenReady(panel.sessionContext);
    const at = notebook.activeCellIndex;
    const first = notebook.widgets.findIndex(cell => cell.model.type === 'code');
    if (first < 0) return;
    notebook.activeCellIndex = first;
    await app.commands.execute('notebook:run-cell');
    if (notebook.activeCellIndex === first) notebook.activeCellIndex = at;
  };
  let running;
  return () => (running ??= run());
};

// Run all cells, and stay where the visitor reads: JupyterLab goes to the last cell.
const runAll = async (app, notebook) => {
  const at = notebook.activeCellIndex;
  const run = app.commands.execute('notebook:run-all-cells');
  const back = () => {
    if (notebook.activeCellIndex !== notebook.widgets.length - 1) return;
    notebook.activeCellIndex = at;
    notebook.scrollToItem(at, 'start');
  };
  back();
  await run;
  back();
};

const LIVE = 'application/vnd.jupyter.widget-view+json';

// What a cell that is still to be run will bring to life, by how its code begins.
const SLEEPS = [
  [/^explore[.]/, 'This picture stands still.', 'Bring it to life'],
  [/^ask\b/, 'To choose, press', 'Answer']
];

const RUN_IT = 'Run this cell to answer.'; // as a stored question says, which has no button

// A stored picture or question looks as if it could be moved or answered, so a button under its code makes it so.
const tellStill = (app, notebook, runFirst) => {
  for (const cell of notebook.widgets) {
    const found = cell.model.type === 'code' && SLEEPS.find(([begins]) => begins.test(cell.model.sharedModel.source));
    if (found) cell.ready.then(() => offerToRun(app, notebook, cell, runFirst, ...found.slice(1)));
  }
};

const offerToRun = (app, notebook, cell, runFirst, words, name) => {
  const still = document.createElement('div');
  still.className = 'vgrad-still';
  const said = still.appendChild(document.createElement('p'));
  said.textContent = words;
  const button = still.appendChild(document.createElement('button'));
  button.textContent = name;
  for (const other of cell.node.querySelectorAll('.jp-OutputArea em')) other.hidden = other.textContent === RUN_IT;
  button.onclick = async () => {
    button.remove();
    said.textContent = 'It is starting …';
    await runFirst();
    notebook.activeCellIndex = notebook.widgets.indexOf(cell);
    app.commands.execute('notebook:run-cell-and-select-next');
  };
  const wake = () => {
    if (!cell.node.querySelector('.vgrad-explorer, .vgrad-predict')) return;
    seen.disconnect();
    still.remove();
  };
  const seen = new MutationObserver(wake);
  seen.observe(cell.node, { childList: true, subtree: true });
  cell.node.querySelector('.jp-Cell-outputWrapper').before(still);
};

// A printed table keeps its columns on a narrow screen, and scrolls. A printed sentence is wrapped.
const COLUMNS = /\S {2,}\S.*\n(.*\n)*?.*\S {2,}\S/;

const keepColumns = () => {
  const mark = pre => pre.classList.toggle('vgrad-columns', COLUMNS.test(pre.textContent));
  const text = '.jp-RenderedText pre';
  const printed = node => (node.matches?.(text) ? [node] : (node.querySelectorAll?.(text) ?? []));
  const seen = new MutationObserver(changes => {
    for (const { addedNodes } of changes) for (const node of addedNodes) printed(node).forEach(mark);
  });
  seen.observe(document.body, { childList: true, subtree: true });
};

// What was saved in this browser names sliders of a Python that is gone. The picture that was saved with them is shown.
const showStill = notebook => {
  for (const { model } of notebook.widgets) {
    if (model.type !== 'code') continue;
    const outputs = model.outputs.toJSON();
    const still = outputs.map(output => {
      if (!output.data?.[LIVE] || Object.keys(output.data).length === 1) return output;
      const { [LIVE]: gone, ...data } = output.data;
      return { ...output, data };
    });
    if (JSON.stringify(still) !== JSON.stringify(outputs)) model.outputs.fromJSON(still);
  }
};

const whenReady = session =>
  new Promise(resolve => {
    const look = () => {
      if (session.session?.kernel?.status !== 'idle') return;
      session.statusChanged.disconnect(look);
      resolve();
    };
    session.statusChanged.connect(look);
    look();
  });

// Once the visitor has run a cell, there is no need to say how.
const whenGoesOn = (app, panel, act) => {
  app.commands.commandExecuted.connect((_, { id }) => {
    if (id.startsWith('notebook:run-cell') && app.shell.currentWidget === panel) act();
  });
};

const open = async (app, line, panel, context) => {
  line.say(STARTS);
  await context.ready;
  showStill(panel.content);
  const runFirst = firstOf(app, panel);
  tellStill(app, panel.content, runFirst);
  await whenReady(panel.sessionContext);
  const run = async () => {
    line.say(RUNS);
    await runAll(app, panel.content);
    line.say(ALIVE);
  };
  const offer = { 'Run the whole lesson': run };
  line.say(READY, offer);
  const hasBegun = panel.content.activeCellIndex !== 0; // then the first cell is run when a button needs it
  if (!hasBegun && app.shell.currentWidget === panel) await runFirst();
  whenGoesOn(app, panel, () => line.said.textContent === READY && line.say(SHORT, offer));
};

// A single picture that somebody has shared stands on a page without a name, so a corner of it says where it belongs, and
// until there is a picture, what one waits for. Nobody came to write code here, so the empty line for it is hidden.
const nameCourse = site => {
  document.body.classList.add('vgrad-single');
  const corner = document.body.appendChild(document.createElement('div'));
  corner.className = 'vgrad-course';
  const said = corner.appendChild(document.createElement('p'));
  said.setAttribute('role', 'status');
  said.textContent = STARTS;
  const home = corner.appendChild(document.createElement('a'));
  home.href = site;
  home.textContent = '← All lessons on vanishing and exploding gradients';
  const seen = new MutationObserver(() => {
    if (!document.querySelector('.jp-OutputArea-output')) return;
    seen.disconnect();
    said.remove();
  });
  seen.observe(document.body, { childList: true, subtree: true });
};

// A link to the glossary would open the text editor. It opens the glossary's page at the word, beside the lesson.
const readGlossary = site => event => {
  const link = event.target.closest?.('a[href*="GLOSSARY.md"]');
  if (!link) return;
  event.preventDefault();
  event.stopPropagation();
  window.open(`${site}glossary.html${new URL(link.href).hash}`, 'vgrad-glossary');
};

export const opening = (site, Widget) => ({
  id: 'vgrad-lab:opening',
  description: 'A lesson on the site says when it can be used, and leads back to the others.',
  autoStart: true,
  activate: app => {
    addStyle(STYLE);
    keepColumns();
    if (location.pathname.includes('/repl/')) nameCourse(site);
    if (location.pathname.includes('/notebooks/')) window.addEventListener('click', readGlossary(site), true);
    app.docRegistry?.addWidgetExtension('Notebook', {
      createNew: (panel, context) => {
        open(app, new Line(site, panel, context, Widget), panel, context).catch(console.warn);
      }
    });
  }
});
