// What JupyterLab 4.6 leaves undone for those who cannot see a picture, or hold no mouse, and for those who save one.
//
// A picture's output carries its alternative text as metadata, {"image/png": {"alt": …}}, and pages made by nbconvert
// show it; JupyterLab leaves it out. Its own renderer of PNGs is wrapped here, and hands the text on to the image.
//
// An arrow key on a dropdown or a button also moves the notebook to another cell, which takes the focus away; a letter
// may change its cells. Here such keys stay with the control; Tab and keys with a modifier go on to JupyterLab, and
// Escape leads back to the cell. Shift+Enter would run the control's cell again, or nothing. Here it goes on with the next.
//
// A slider's handle has no name, and says a logarithm where its slider is logarithmic. Here it has the name of its label
// and says the value. The box beside it has both too, and the same steps, and Tab stops at that alone. Choices are a
// group, named by their question.
//
// A thumb that scrolls the page may begin on a slider, which would move at once. Here the slider waits until the thumb has
// gone sideways; a tap moves it as before.
//
// An equation that is wider than the page was cut off, and what was left of it could be read as a whole. Here it scrolls.
//
// Whoever runs a cell is led to the next one, and often past the sliders or choices that the cell has just brought to life.
// Here they come into view.
//
// A kernel can only offer a picture as a link to be clicked. Here the press of "Save picture" clicks the link too. What
// "Share" offers are lines of Python, which can be copied here. On the site, a link to the picture takes their place.
//
// Clickers send PageDown and PageUp, which mean nothing to a deck. Here they do what the space bar does there.
//
// A deck goes from cell to cell, also where the next cell has long been on the slide, as a question is below its text.
// Then a press changed nothing that anybody sees. Here it goes on, until there is something new.
//
// A slide may be longer than the screen, and a step to its next cell left that cell below the edge. After a jump, the slide
// stood at its end. Here a slide begins at its top, and a step brings the next cell into view.
//
// A box keeps every key for itself, so nobody who had typed a value could leave the slides. Here Escape leaves the box, and
// the next one leaves the slides.
//
// The reply to a choice may appear below the edge of the screen. Here it comes into view.
//
// This is a federated extension, written by hand: there is nothing to build.

(() => {
  let shared;

  // The address of a site that runs in the browser alone, which knows where its top is; anywhere else, undefined.
  const top = document.getElementById('jupyter-config-data')?.dataset.jupyterLiteRoot;
  const SITE = top && new URL(`${top}/`, location.href).href;

  const withAlt = (renderer, mimeType) => {
    const render = renderer.renderModel.bind(renderer);
    renderer.renderModel = async model => {
      await render(model);
      const alt = model.metadata[mimeType]?.alt;
      const image = renderer.node.querySelector('img');
      if (image && typeof alt === 'string') image.alt = alt;
    };
    return renderer;
  };

  const keepAlternativeTexts = rendermime => {
    const png = rendermime.getFactory('image/png');
    if (!png) return;
    const createRenderer = options => withAlt(png.createRenderer(options), options.mimeType);
    rendermime.addFactory({ ...png, mimeTypes: ['image/png'], createRenderer });
  };

  const presenting = () => document.body.dataset.jpDeckMode === 'presenting';

  const CONTROLS = '.vgrad-explorer :is(select, button, summary), .vgrad-predict :is(input, button), .vgrad-strip input';

  const keepKeys = event => {
    const control = event.target.closest?.(CONTROLS);
    const passes = event.ctrlKey || event.altKey || event.metaKey || ['Escape', 'Tab'].includes(event.key);
    const goesOn = presenting() && control?.matches('button, .vgrad-strip input'); // slides go on from these too
    const keeps = !passes && !goesOn;
    control?.toggleAttribute('data-lm-suppress-shortcuts', keeps); // what Lumino looks for before it matches a key
  };

  const ANY = '.vgrad-explorer, .vgrad-predict, .vgrad-strip';

  const leave = event => {
    if (event.key !== 'Escape' || presenting()) return;
    event.target.closest?.(ANY)?.closest('.jp-Cell')?.focus();
  };

  const BOX = '.vgrad-explorer :is(input[type=number], input[type=text])';

  const leaveBox = event => {
    if (event.key !== 'Escape' || !presenting() || !event.target.matches?.(BOX)) return;
    event.stopPropagation(); // the same press would leave the slides too
    event.target.blur();
    event.target.closest('.jp-Cell').focus({ preventScroll: true });
  };

  const goOnFrom = app => event => {
    if (event.key !== 'Enter' || !event.shiftKey || presenting()) return;
    const cells = event.target.closest?.(`.jp-OutputArea :is(${ANY})`) && opened(app)?.widgets;
    const at = cells?.findIndex(cell => cell.node.contains(event.target)) ?? -1;
    if (at < 0 || at + 1 === cells.length) return; // as on a page with a single picture
    const notebook = opened(app);
    event.preventDefault();
    event.stopPropagation();
    notebook.activeCellIndex = at + 1;
    notebook.activate();
    app.commands.execute('notebook:run-cell-and-select-next');
  };

  const TOLD = '.noUi-handle, .vgrad-box input';
  const NAMED = '.vgrad-explorer, .vgrad-box'; // classes that come when all within them is in its place

  const tell = part => {
    const row = part.closest('.vgrad-explorer .widget-hbox');
    const handle = row?.querySelector('.noUi-handle');
    const rail = handle?.closest('.noUi-target').noUiSlider;
    if (!rail) return;
    const box = row.querySelector('.vgrad-box input');
    const position = rail.get(true);
    const logarithmic = box && Math.abs(10 ** rail.options.range.min / box.min - 1) < 1e-6;
    const value = logarithmic ? Number((10 ** position).toPrecision(3)) : Number(position.toPrecision(9));
    handle.setAttribute('aria-label', handle.closest('.widget-slider').querySelector('label').textContent);
    if (handle.getAttribute('aria-valuetext') !== String(value)) handle.setAttribute('aria-valuetext', value);
  };

  const toldIn = node => (node.nodeType === Node.ELEMENT_NODE ? node.querySelectorAll(TOLD) : []);

  const tellEach = changes => {
    for (const { type, target, addedNodes } of changes) {
      if (type === 'attributes' && target.matches(TOLD)) tell(target);
      if (type === 'attributes' && target.matches(NAMED)) toldIn(target).forEach(tell);
      for (const node of addedNodes) toldIn(node).forEach(tell);
    }
  };

  const watchSliders = () => {
    toldIn(document.body).forEach(tell);
    const watch = { subtree: true, childList: true, attributeFilter: ['aria-valuetext', 'min', 'class'] };
    new MutationObserver(tellEach).observe(document.body, watch);
  };

  const DECIDED = 8; // pixels that a thumb has gone, after which it is known where it goes

  const waitForSideways = start => {
    const { target } = start;
    if (!start.isTrusted || start.touches.length > 1 || !target.closest?.('.vgrad-explorer .noUi-horizontal')) return;
    start.stopPropagation(); // a tap comes again as a click of a mouse
    const [from] = start.touches;
    const decide = ({ touches }) => {
      const across = Math.abs(touches[0].clientX - from.clientX);
      const along = Math.abs(touches[0].clientY - from.clientY);
      if (Math.max(across, along) < DECIDED) return;
      forget();
      if (across < along) return;
      const began = { touches: [from], targetTouches: [from], changedTouches: [from] };
      target.dispatchEvent(new TouchEvent('touchstart', { ...began, bubbles: true, cancelable: true }));
    };
    const forget = () => {
      target.removeEventListener('touchmove', decide);
      for (const type of ['touchend', 'touchcancel']) target.removeEventListener(type, forget);
    };
    target.addEventListener('touchmove', decide, { passive: true });
    for (const type of ['touchend', 'touchcancel']) target.addEventListener(type, forget);
  };

  const pressed = (event, icon) => event.target.closest?.(`.vgrad-explorer button:has(.${icon})`)?.closest('.vgrad-explorer');

  let awaited; // who waits for what the kernel offers

  const whenOffered = (explorer, selector, take) => {
    const before = explorer.querySelector(selector); // it goes, even if what comes is the same
    awaited?.disconnect();
    awaited = new MutationObserver((_, observer) => {
      const offer = explorer.querySelector(selector);
      if (!offer || offer === before) return;
      observer.disconnect();
      take(offer);
    });
    awaited.observe(explorer, { subtree: true, childList: true });
  };

  const save = event => {
    const explorer = pressed(event, 'fa-download');
    if (explorer) whenOffered(explorer, 'a[download]', link => link.click());
  };

  const share = event => {
    const explorer = pressed(event, 'fa-share-alt');
    if (explorer) whenOffered(explorer, '.vgrad-share', handOut);
  };

  const copy = async shown => {
    try {
      await navigator.clipboard.writeText(shown.textContent);
      return true;
    } catch { // where the page is not served securely, or the kernel took too long after the press
      getSelection().selectAllChildren(shown);
      return document.execCommand('copy');
    }
  };

  const linkTo = code => {
    const link = document.createElement('a');
    const written = encodeURIComponent(code).replace(/[!'()*]/g, each => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
    link.href = `${SITE}repl/index.html?kernel=python&showBanner=0&hideCodeInput=1&code=${written}`; // as on the site's first page
    link.textContent = link.href;
    link.target = '_blank';
    return link;
  };

  const handOut = async offer => {
    const status = offer.querySelector('[role=status]');
    const shown = offer.querySelector('pre');
    if (SITE) shown.replaceChildren(linkTo(shown.textContent));
    const button = document.createElement('button');
    button.className = 'jupyter-button';
    button.textContent = 'Copy';
    const say = copied => {
      const it = SITE ? 'The link to this picture' : 'The code of this picture';
      status.textContent = copied ? `${it} is copied.` : `${it} is selected. Copy it with your keyboard.`;
    };
    button.onclick = async () => say(await copy(shown));
    offer.append(button);
    if (SITE) say(await copy(shown));
  };

  const REPLY = '[role=status]';

  const gently = () => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth');

  const showReply = reply => {
    const edge = reply.closest('.jp-WindowedPanel-outer')?.getBoundingClientRect().bottom ?? innerHeight;
    if (reply.getBoundingClientRect().bottom <= Math.min(edge, innerHeight)) return;
    reply.scrollIntoView({ block: 'end', behavior: gently() });
  };

  const awaitReply = event => {
    const question = event.target.closest?.('.vgrad-predict button')?.closest('.vgrad-predict');
    if (question) whenOffered(question, REPLY, showReply);
  };

  const nameAndOrder = event => {
    if (event.key !== 'Tab') return;
    for (const handle of document.querySelectorAll('.vgrad-explorer .noUi-handle')) handle.tabIndex = -1;
    for (const choices of document.querySelectorAll('.vgrad-predict .widget-radio-box:not([role])')) {
      choices.setAttribute('role', 'radiogroup');
      const sure = choices.closest('.vgrad-sure')?.querySelector('.widget-label');
      const predict = choices.closest('.vgrad-predict');
      const asked = predict.querySelector('.vgrad-asked') ?? predict.querySelector('b').parentElement;
      choices.setAttribute('aria-label', (sure ?? asked).innerText);
    }
  };

  const FORWARD = { direction: 'down', alternate: 'forward' };
  const BACK = { direction: 'up', alternate: 'back' };
  const CLICKS = { PageDown: FORWARD, PageUp: BACK };

  const obeyClicker = commands => event => {
    if (!presenting() || !(event.key in CLICKS) || event.target.closest?.('.jp-mod-editMode')) return;
    event.preventDefault();
    event.stopPropagation(); // a slider that has the focus would move
    commands.execute('deck:go', CLICKS[event.key]); // jupyterlab-slideshow's, as a deck is
  };

  const LINE = 24; // pixels; of a slide that ends further below the screen, the next cell is still to be scrolled to

  const shows = (notebook, from, to) => {
    const begins = cell => /slide|fragment/.test(cell.model.getMetadata('slideshow')?.slide_type); // a skipped one does not
    return notebook.widgets.slice(Math.min(from, to) + 1, Math.max(from, to) + 1).some(begins);
  };

  const isWhole = () => {
    const ends = [...document.querySelectorAll('.jp-deck-mod-onscreen')].map(cell => cell.getBoundingClientRect().bottom);
    return Math.max(...ends) <= innerHeight + LINE;
  };

  let from; // the cell that was active before the press, if all of its slide was on the screen

  const opened = app => app.shell.currentWidget?.content;

  const remember = app => event => {
    if (!presenting()) return;
    from = isWhole() ? opened(app)?.activeCellIndex : undefined;
    if (event.type === 'click' && event.target.closest?.('.jp-Deck-Remote')) setTimeout(() => goOn(app)); // no command
  };

  const goOn = app => {
    const notebook = opened(app);
    const at = notebook?.activeCellIndex;
    if (from === undefined || at === undefined || at === from || shows(notebook, from, at)) return;
    const step = at > from ? FORWARD : BACK;
    from = at;
    app.commands.execute('deck:go', step); // which comes here again, until it shows something
  };

  const LAID_OUT = 150; // milliseconds after which a slide is laid out

  let was; // the cell that was active before the last step

  const showCell = app => {
    const notebook = opened(app);
    const at = notebook?.activeCellIndex;
    const cell = notebook?.widgets?.[at]?.node;
    const begins = was === undefined || (at > was && shows(notebook, was, at));
    const goesOn = at > was && !begins;
    was = at;
    if (!cell || !(begins || goesOn)) return;
    const slide = cell.closest('.jp-WindowedPanel-outer');
    setTimeout(() => {
      const below = cell.getBoundingClientRect().bottom - innerHeight;
      if (begins) slide.scrollTop = 0;
      else if (below > 0) slide.scrollBy({ top: below, behavior: gently() });
    }, LAID_OUT);
  };

  const followSteps = app => {
    window.addEventListener('keydown', () => { was = opened(app)?.activeCellIndex; }, true);
    app.commands.commandExecuted.connect((_, { id }) => {
      if (id === 'deck:start') was = undefined;
      if (/^deck:(start|go|forward|back|up|down)$/.test(id)) showCell(app);
    });
  };

  const turnOnce = app => {
    for (const type of ['keydown', 'click']) window.addEventListener(type, remember(app), true);
    const goes = /^deck:(go|forward|back|up|down)$/;
    app.commands.commandExecuted.connect((_, { id }) => presenting() && goes.test(id) && goOn(app));
  };

  const DRAWN = '.vgrad-explorer:has(.vgrad-view [role=img] > svg), .vgrad-predict, .vgrad-strip';
  const SECONDS = 5; // that what a cell brings to life may take to be drawn

  const drawnIn = async cell => {
    for (let tries = 0; tries < 10 * SECONDS; tries++) {
      const drawn = cell.node.querySelector(DRAWN);
      if (drawn?.offsetHeight) return drawn;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    return null;
  };

  const bringIntoView = async (notebook, at, run) => {
    await run;
    const cell = notebook.widgets[at];
    const outputs = cell?.model.outputs?.toJSON() ?? [];
    if (!outputs.some(output => output.data?.['application/vnd.jupyter.widget-view+json'])) return;
    const drawn = await drawnIn(cell);
    if (!drawn || notebook.activeCellIndex !== at + 1) return; // meanwhile somebody has gone on
    const { top, bottom } = drawn.getBoundingClientRect();
    const seen = notebook.node.getBoundingClientRect();
    if (top >= seen.top && bottom <= seen.bottom) return;
    const whole = cell.node.offsetHeight <= seen.height;
    (whole ? cell.node : drawn).scrollIntoView({ block: 'start' });
  };

  const stayWithWhatIsRun = app => {
    app.commands.commandExecuted.connect((_, { id, result }) => {
      const notebook = opened(app);
      if (id !== 'notebook:run-cell-and-select-next' || !notebook || presenting()) return;
      bringIntoView(notebook, notebook.activeCellIndex - 1, result).catch(console.warn);
    });
  };

  const EQUATIONS = `.jp-RenderedHTMLCommon mjx-container[display="true"] { overflow: auto hidden; }
    .jp-RenderedHTMLCommon mjx-container[display="true"]::-webkit-scrollbar { height: 8px; }
    .jp-RenderedHTMLCommon mjx-container[display="true"]::-webkit-scrollbar-thumb { background: #808080; }`;

  const letEquationsScroll = () => {
    document.head.appendChild(document.createElement('style')).textContent = EQUATIONS;
  };

  // The worker of the site keeps what is fetched; it is told what was fetched before it was there.
  const tellWorker = async () => {
    const { active } = await navigator.serviceWorker.ready;
    const fetched = performance.getEntriesByType('resource').map(entry => entry.name);
    active.postMessage({ seen: [location.href, ...fetched], frugal: Boolean(navigator.connection?.saveData) });
  };

  const plugin = token => ({
    id: 'vgrad-lab:plugin',
    description: 'Pictures keep their alternative texts, sliders tell their values, and clickers turn slides.',
    autoStart: true,
    requires: [token],
    activate: (app, rendermime) => {
      keepAlternativeTexts(rendermime);
      window.addEventListener('keydown', goOnFrom(app), true);
      for (const listener of [keepKeys, leave, leaveBox, nameAndOrder]) window.addEventListener('keydown', listener, true);
      turnOnce(app);
      followSteps(app);
      window.addEventListener('keydown', obeyClicker(app.commands), true);
      for (const listener of [save, share, awaitReply]) window.addEventListener('click', listener, true);
      window.addEventListener('touchstart', waitForSideways, { capture: true, passive: true });
      stayWithWhatIsRun(app);
      watchSliders();
      letEquationsScroll();
    }
  });

  const load = async name => (await Object.values(shared[name])[0].get())();

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['vgrad-lab'] = {
    init: scope => {
      shared = scope;
    },
    get: async () => {
      const { IRenderMimeRegistry } = await load('@jupyterlab/rendermime');
      const { asked } = await import('./asked.js');
      const plugins = [plugin(IRenderMimeRegistry), asked()];
      if (SITE) {
        if (navigator.serviceWorker) tellWorker();
        const { Widget } = await load('@lumino/widgets');
        const { editions } = await import('./editions.js');
        const { opening } = await import('./opening.js');
        plugins.push(opening(SITE, Widget), editions(SITE, Widget));
      }
      return () => ({ __esModule: true, default: plugins });
    }
  };
})();
