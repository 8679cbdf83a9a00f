// On the site: a bar over a lesson, in which a sentence and buttons stand.

const STYLE = `.vgrad-bar > div { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 4px 12px;
    line-height: 1.4; font-size: var(--jp-ui-font-size1); color: var(--jp-ui-font-color1);
    background: var(--jp-layout-color2); border-bottom: 1px solid var(--jp-border-color1); }
  .vgrad-bar p { flex: 1 1 16em; margin: 0; }
  .vgrad-bar a { color: var(--jp-content-link-color); }
  .vgrad-bar button { min-height: 28px; padding: 2px 12px; font: inherit; color: inherit; cursor: pointer;
    background: var(--jp-layout-color1); border: 1px solid var(--jp-border-color1); }
  .vgrad-bar :is(a, button):focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: 1px; }`;

export const addStyle = style => {
  document.head.appendChild(document.createElement('style')).textContent = style;
};

addStyle(STYLE);

export class Bar {
  // panel : of the notebook; Widget : Lumino's; kind : the class that its own elements are found by.
  constructor(panel, Widget, kind) {
    this.widget = new Widget();
    this.widget.addClass('vgrad-bar');
    this.widget.addClass(kind);
    this.inner = this.widget.node.appendChild(document.createElement('div'));
    this.said = this.inner.appendChild(document.createElement('p'));
    this.said.setAttribute('role', 'status');
    panel.contentHeader.addWidget(this.widget);
    this.size = new ResizeObserver(() => this.fit());
    this.size.observe(this.inner);
    panel.disposed.connect(() => this.size.disconnect());
  }

  // The notebook begins where the bar ends, which is lower where the page is narrow.
  fit() {
    this.widget.node.style.minHeight = `${this.inner.offsetHeight}px`;
    this.widget.parent?.fit();
  }

  // Say something, with buttons in place of those before: name -> what it does.
  say(words, buttons = {}) {
    this.said.textContent = words;
    for (const old of this.inner.querySelectorAll('button')) old.remove();
    for (const [name, act] of Object.entries(buttons)) {
      const button = this.inner.appendChild(document.createElement('button'));
      button.textContent = name;
      button.onclick = act;
    }
  }

  focus() {
    this.inner.querySelector('button').focus();
  }

  close() {
    this.size.disconnect();
    this.widget.dispose();
  }
}
