// Three things that JupyterLab 4.6 leaves undone for those who cannot see a picture, or hold no mouse.
//
// A picture's output carries its alternative text as metadata, {"image/png": {"alt": …}}, and pages made by nbconvert
// show it; JupyterLab leaves it out. Its own renderer of PNGs is wrapped here, and hands the text on to the image.
//
// An arrow key on a dropdown also moves the notebook to the next cell, which takes the focus away; so may any letter.
// Here such keys stay with dropdowns and choices; Tab, Escape and keys with a modifier go on to JupyterLab.
//
// Clickers send PageDown and PageUp, which mean nothing to a deck. Here they do what the space bar does there.
//
// This is a federated extension, written by hand: there is nothing to build.

(() => {
  let shared;

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

  const keepKeys = event => {
    const control = event.target.closest?.('.vgrad-explorer select, .vgrad-predict input');
    const passes = event.ctrlKey || event.altKey || event.metaKey || ['Escape', 'Tab'].includes(event.key);
    control?.toggleAttribute('data-lm-suppress-shortcuts', !passes); // what Lumino looks for before it matches a key
  };

  const CLICKS = { PageDown: { direction: 'down', alternate: 'forward' }, PageUp: { direction: 'up', alternate: 'back' } };

  const obeyClicker = commands => event => {
    const presenting = document.body.dataset.jpDeckMode === 'presenting';
    if (!presenting || !(event.key in CLICKS) || event.target.closest?.('.jp-mod-editMode')) return;
    event.preventDefault();
    event.stopPropagation(); // a slider that has the focus would move
    commands.execute('deck:go', CLICKS[event.key]); // jupyterlab-slideshow's, as a deck is
  };

  const plugin = token => ({
    id: 'vgrad-lab:plugin',
    description: 'Pictures keep their alternative texts, dropdowns and choices their keys, and clickers turn slides.',
    autoStart: true,
    requires: [token],
    activate: (app, rendermime) => {
      keepAlternativeTexts(rendermime);
      window.addEventListener('keydown', keepKeys, true);
      window.addEventListener('keydown', obeyClicker(app.commands), true);
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
      return () => ({ __esModule: true, default: plugin(IRenderMimeRegistry) });
    }
  };
})();
