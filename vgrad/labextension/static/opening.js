// On the site: a line over each lesson, which says when Python is ready, runs the lesson, and leads back to all lessons.
//
// Whoever comes by a link does not know that a cell has to be run before its buttons and sliders are alive. So the line
// says it, and the first cell, on which all others rely, is run as soon as there is a Python to run it.

import { addStyle, Bar } from './bar.js';

const STYLE = `.vgrad-course { position: fixed; right: 0; bottom: 0; z-index: 10; padding: 4px 12px; font-size: var(--jp-ui-font-size1);
    color: var(--jp-ui-font-color1); background: var(--jp-layout-color2); }
  .vgrad-course p { margin: 0 0 4px; }
  .vgrad-course a { color: var(--jp-content-link-color); text-decoration: underline; }
  .vgrad-still .jp-OutputArea:not(:has(.vgrad-explorer))::before { display: block; padding: 4px 8px; font-style: italic;
    content: 'This picture stands still. Run the cell above it, and its buttons and sliders appear.'; }
  .jp-RenderedText pre { word-break: normal; overflow-wrap: anywhere; }
  .jp-NotebookTrustedStatus { display: none; }`; // it asks for a trust that this site's own lessons need not earn

const STARTS = 'Python is starting in your browser, which takes some ten seconds.';
const READY =
  'Python is ready. Run the grey cells from the top, and their buttons and sliders come alive. ' +
  'To run a cell, click or tap it, and then press ▶ or Shift + Enter.';
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

// Run the first cell of code where the visitor has not yet begun.
const runFirst = async (app, panel) => {
  const notebook = panel.content;
  const first = notebook.widgets.findIndex(cell => cell.model.type === 'code');
  if (first < 0 || notebook.activeCellIndex !== 0 || app.shell.currentWidget !== panel) return;
  notebook.activeCellIndex = first;
  await app.commands.execute('notebook:run-cell');
  if (notebook.activeCellIndex === first) notebook.activeCellIndex = 0;
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

// The stored picture of an explorer looks as if it could be moved, so it says that its cell is still to be run.
const tellStill = notebook => {
  for (const cell of notebook.widgets) {
    if (cell.model.type === 'code' && cell.model.sharedModel.source.startsWith('explore.')) cell.addClass('vgrad-still');
  }
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

const open = async (app, line, panel, context) => {
  line.say(STARTS);
  await context.ready;
  showStill(panel.content);
  tellStill(panel.content);
  await whenReady(panel.sessionContext);
  const run = async () => {
    line.say(RUNS);
    await runAll(app, panel.content);
    line.say(ALIVE);
  };
  line.say(READY, { 'Run the whole lesson': run });
  await runFirst(app, panel);
};

// A single picture that somebody has shared stands on a page without a name, so a corner of it says where it belongs, and
// until there is a picture, what one waits for.
const nameCourse = site => {
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
    if (location.pathname.includes('/repl/')) nameCourse(site);
    if (location.pathname.includes('/notebooks/')) window.addEventListener('click', readGlossary(site), true);
    app.docRegistry?.addWidgetExtension('Notebook', {
      createNew: (panel, context) => {
        open(app, new Line(site, panel, context, Widget), panel, context).catch(console.warn);
      }
    });
  }
});
