// Keeps what a visitor has fetched, so that the site works again without a network, and never waits for one twice.
//
// All files of one edition of the site are kept together. Whenever a page is opened, the browser compares this file with
// the site's own, and where the site has changed, so has EDITION. The new edition is then fetched for the next page that
// is opened. The edition before it is kept as well, for pages that are still open.
//
// JupyterLite has a worker of its own, which carries messages between the page and Python. It is loaded at the end, and
// all that is no file of the site is left to it.

const EDITION = '{edition}';
const FILES = {files}; // what every lesson needs, and the lessons
const KEPT = 'vgrad ';
const MINE = KEPT + EDITION;
const AT_ONCE = 4;
const FRESH = ['reload', 'no-cache', 'no-store']; // what a page asks for in order to see what the site has now
const SCOPE = new URL('.', location.href);
const LOOSELY = { ignoreSearch: true, ignoreVary: true }; // ?path=… names a lesson, and the page is the same

const isFile = ({ method, url, headers }) => {
  const address = new URL(url);
  if (method !== 'GET' || headers.has('range') || address.origin !== SCOPE.origin) return false;
  if (!address.pathname.startsWith(SCOPE.pathname)) return false;
  const name = address.pathname.slice(SCOPE.pathname.length);
  return !name.startsWith('api/') || name.endsWith('.json'); // else it is a message
};

const editions = async () => (await caches.keys()).filter(name => name.startsWith(KEPT));

const inCache = async (name, request) => (await caches.open(name)).match(request, LOOSELY);

const inAny = async request => {
  for (const name of (await editions()).reverse()) {
    const response = await inCache(name, request);
    if (response) return response;
  }
};

const keep = async (request, response) => {
  if (response.status !== 200 || response.type !== 'basic' || response.redirected) return;
  await (await caches.open(MINE)).put(request, response).catch(() => {}); // a full disk keeps nothing
};

const answer = async event => {
  const { request } = event;
  const mine = FRESH.includes(request.cache) ? undefined : await inCache(MINE, request);
  if (mine) return mine;
  try {
    const response = await fetch(request);
    event.waitUntil(keep(request, response.clone()));
    return response;
  } catch (error) {
    const older = await inAny(request);
    if (older) return older;
    throw error;
  }
};

const fetchAndKeep = async url => {
  const request = new Request(new URL(url, SCOPE), { priority: 'low' });
  if (!isFile(request) || (await inCache(MINE, request))) return;
  await keep(request, await fetch(request));
};

const fill = async (seen, frugal) => {
  const waiting = [...seen, ...(frugal ? [] : FILES)];
  const take = async () => {
    while (waiting.length) await fetchAndKeep(waiting.shift()).catch(() => {});
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
};

const forget = async () => {
  const old = (await editions()).filter(name => name !== MINE);
  await Promise.all(old.slice(0, -1).map(name => caches.delete(name)));
};

self.addEventListener('activate', event => event.waitUntil(forget()));

// A page says what it had fetched before this worker was there, and whether its visitor wants data to be saved.
self.addEventListener('message', event => {
  const { seen, frugal } = event.data ?? {};
  if (Array.isArray(seen)) event.waitUntil(fill(seen, frugal));
});

self.addEventListener('fetch', event => {
  if (!isFile(event.request)) return;
  event.stopImmediatePropagation(); // JupyterLite's worker would answer too
  event.respondWith(answer(event));
});

importScripts('build/service-worker.js');
