// On the site: a line over each lesson, which says when Python is ready, runs the lesson, and leads back to all lessons.
//
// Whoever comes by a link does not know that a cell has to be run before its buttons and sliders are alive. So the line
// says it, and the first cell, on which all others rely, is run as soon as there is a Python to run it.

const STYLE = `.vgrad-opening > div { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 4px 12px;
    line-height: 1.4; font-size: var(--jp-ui-font-size1); color: var(--jp-ui-font-color1);
    background: var(--jp-layout-color2); border-bottom: 1px solid var(--jp-border-color1); }
  .vgrad-opening a { color: var(--jp-content-link-color); }
  .vgrad-opening p { flex: 1 1 16em; margin: 0; }
  .vgrad-opening button { min-height: 28px; padding: 2px 12px; font: inherit; color: inherit; cursor: pointer;
    background: var(--jp-layout-color1); border: 1px solid var(--jp-border-color1); }
  .vgrad-opening :is(a, button):focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: 1px; }
  .vgrad-course { position: fixed; right: 0; bottom: 0; z-index: 10; padding: 4px 12px; font-size: var(--jp-ui-font-size1);
    color: var(--jp-ui-font-color1); background: var(--jp-layout-color2); }
  .vgrad-course p { margin: 0 0 4px; }
  .vgrad-course a { color: var(--jp-content-link-color); text-decoration: underline; }
  .jp-RenderedText pre { word-break: normal; overflow-wrap: anywhere; }
  .jp-NotebookTrustedStatus { display: none; }`; // it asks for a trust that this site's own lessons need not earn

const SETTLED = 500; // milliseconds after a run, when its last output has come

const STARTS = 'Python is starting in your browser, which takes some ten seconds.';
const READY = `Python is ready. Run the grey cells from the top, and their buttons and sliders come alive. To run one, tap it and
  then ▶, or press Shift + Enter.`;
const RUNS = 'The lesson is running.';
const ALIVE = 'All cells have run.';

class Line {
  constructor(site, panel, Widget) {
    this.widget = new Widget();
    this.widget.addClass('vgrad-opening');
    this.inner = this.widget.node.appendChild(document.createElement('div'));
    const home = this.inner.appendChild(document.createElement('a'));
    home.href = site;
    home.textContent = '← All lessons';
    this.said = this.inner.appendChild(document.createElement('p'));
    this.said.setAttribute('role', 'status');
    panel.contentHeader.addWidget(this.widget);
    this.size = new ResizeObserver(() => this.fit());
    this.size.observe(this.inner);
    panel.disposed.connect(() => this.size.disconnect());
  }

  // The notebook begins where the line ends, which is lower where the page is narrow.
  fit() {
    this.widget.node.style.minHeight = `${this.inner.offsetHeight}px`;
    this.widget.parent?.fit();
  }

  say(words) {
    this.said.textContent = words;
  }

  offer(name, act) {
    const button = this.inner.appendChild(document.createElement('button'));
    button.textContent = name;
    button.onclick = () => {
      button.remove();
      act();
    };
  }
}

// Run the first cell of code where the visitor has not yet begun; this is no change that has to be saved.
const runFirst = async (app, panel, context) => {
  const notebook = panel.content;
  const first = notebook.widgets.findIndex(cell => cell.model.type === 'code');
  if (first < 0 || notebook.activeCellIndex !== 0 || app.shell.currentWidget !== panel) return;
  const changed = context.model.dirty;
  notebook.activeCellIndex = first;
  await app.commands.execute('notebook:run-cell');
  if (notebook.activeCellIndex === first) notebook.activeCellIndex = 0;
  setTimeout(() => (context.model.dirty = changed), SETTLED);
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
  const changed = context.model.dirty;
  showStill(panel.content);
  context.model.dirty = changed;
  await whenReady(panel.sessionContext);
  line.say(READY);
  line.offer('Run the whole lesson', async () => {
    line.say(RUNS);
    await runAll(app, panel.content);
    line.say(ALIVE);
  });
  await runFirst(app, panel, context);
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
    document.head.appendChild(document.createElement('style')).textContent = STYLE;
    if (location.pathname.includes('/repl/')) nameCourse(site);
    if (location.pathname.includes('/notebooks/')) window.addEventListener('click', readGlossary(site), true);
    app.docRegistry?.addWidgetExtension('Notebook', {
      createNew: (panel, context) => {
        open(app, new Line(site, panel, Widget), panel, context).catch(console.warn);
      }
    });
  }
});
