// On the site: a note over a lesson that was saved in this browser before the site's own was changed.
//
// What a visitor saves hides the site's file for ever, so an improved lesson would never reach them. When the site is
// built, each lesson gets the digest of its text as its edition, and editions.json lists the present ones. A lesson that
// was saved before there were editions is compared with the site's, cell by cell.

import { Bar } from './bar.js';

const got = async (address, options) => {
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
};

const text = notebook =>
  JSON.stringify(notebook.cells.map(cell => [cell.cell_type, [cell.source].flat().join('')]));

class Lesson {
  constructor(site, contents, context) {
    this.contents = contents;
    this.context = context;
    this.path = context.path;
    this.address = `${site}files/${encodeURIComponent(this.path)}`;
    this.list = `${site}editions.json`;
    this.kept = `vgrad:kept:${site}${this.path}`; // the edition that the visitor has declined
  }

  // The site's edition, if it is another one than what was saved here, and was not declined; or nothing.
  async newer() {
    if (!(await this.saved())) return undefined;
    const edition = (await got(this.list, { cache: 'no-cache' }))[this.path];
    if (!edition || localStorage.getItem(this.kept) === edition) return undefined;
    const own = this.context.model.getMetadata('vgrad')?.edition;
    const same = own ? own === edition : text(await got(this.address)) === text(this.context.model.toJSON());
    return same ? undefined : edition;
  }

  // Whether the browser keeps a file of its own: then its address is that of a blob, and not of the site.
  async saved() {
    const address = await this.contents.getDownloadUrl(this.path);
    const own = address.startsWith('blob:');
    if (own) URL.revokeObjectURL(address);
    return own;
  }

  keep(edition) {
    localStorage.setItem(this.kept, edition);
  }

  // Show the site's lesson; returns the name of the copy that was made of the visitor's, before anything was taken away.
  async take() {
    await got(this.address, { cache: 'reload' });
    const copy = await this.free();
    await this.contents.save(copy, { type: 'notebook', format: 'json', content: this.context.model.toJSON() });
    await this.contents.delete(this.path); // then the site's file is seen again
    await this.context.revert();
    return copy;
  }

  async free() {
    const names = (await this.contents.get('', { content: true })).content.map(file => file.name);
    const name = number => this.path.replace(/[.]ipynb$/, ` (mine${number > 1 ? ` ${number}` : ''}).ipynb`);
    let number = 1;
    while (names.includes(name(number))) number++;
    return name(number);
  }
}

class Note extends Bar {
  constructor(panel, Widget) {
    super(panel, Widget, 'vgrad-edition');
    this.panel = panel;
  }

  close() {
    super.close();
    this.panel.content.activate();
  }
}

const offer = (lesson, note, edition) => {
  const take = async () => {
    note.say('The new lesson is on its way.');
    try {
      const copy = await lesson.take();
      note.say(`This is the new lesson. Yours is kept beside it as “${copy}”.`, { Close: () => note.close() });
    } catch {
      note.say('The new lesson could not be fetched, so yours is still here.', { Close: () => note.close() });
    }
    note.focus();
  };
  const keep = () => {
    lesson.keep(edition);
    note.close();
  };
  note.say('This lesson has been improved since you saved it. You can have the new one, and yours is not lost.', {
    'Take the new one, keep mine as a copy': take,
    'Keep mine': keep
  });
};

const check = async (site, Widget, contents, panel, context) => {
  await context.ready;
  const lesson = new Lesson(site, contents, context);
  const edition = await lesson.newer();
  if (edition && !panel.isDisposed) offer(lesson, new Note(panel, Widget), edition);
};

export const editions = (site, Widget) => ({
  id: 'vgrad-lab:editions',
  description: 'A saved lesson tells when the site has a newer one.',
  autoStart: true,
  activate: app => {
    const contents = app.serviceManager.contents;
    app.docRegistry?.addWidgetExtension('Notebook', {
      createNew: (panel, context) => {
        check(site, Widget, contents, panel, context).catch(console.warn); // as without a network
      }
    });
  }
});
