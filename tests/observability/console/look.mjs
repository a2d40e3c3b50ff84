// The console in headless Chromium, as an operator sees it: told by lines on stdin what to await, look at or press, each answered by
// a line of JSON. Ends with stdin.
//
//   node look.mjs CHROMIUM URL
import readline from 'node:readline';
import {chromium} from 'playwright-core';

const [program, url] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: program, args: ['--no-sandbox']});
const context = await browser.newContext({viewport: {width: 1280, height: 900}});
const page = await context.newPage();
const wrong = [];  // What the page's policy, or its script, said.
page.on('console', (message) => { if (message.type() === 'error') wrong.push(message.text()); });
page.on('pageerror', (error) => wrong.push(String(error)));
const elsewhere = [];
page.on('request', (request) => { if (new URL(request.url()).origin !== new URL(url).origin) elsewhere.push(request.url()); });
let loads = 0;
page.on('load', () => { loads += 1; });

const text = (id) => page.locator('#' + id).innerText();

const does = {
  open: async () => { await page.goto(url, {waitUntil: 'load'}); return {}; },
  // Until the text of that element says so.
  await: async ({id, says}) => {
    await page.waitForFunction(([id, says]) => new RegExp(says, 's').test(document.getElementById(id).innerText), [id, says], {timeout: 60000});
    return {text: await text(id)};
  },
  text: async ({id}) => ({text: await text(id)}),
  // What a reader of the page hears: the name that each plot has now.
  plot: async ({id}) => ({text: await page.locator('#' + id).getAttribute('aria-label')}),
  scheme: async ({scheme}) => {
    await page.emulateMedia({colorScheme: scheme});
    return {background: await page.evaluate(() => getComputedStyle(document.body).backgroundColor)};
  },
  width: async ({width}) => {
    await page.setViewportSize({width, height: 900});
    return await page.evaluate(() => ({scroll: document.documentElement.scrollWidth, width: window.innerWidth}));
  },
  // Where the focus goes, press by press.
  tab: async ({times}) => {
    const names = [];
    for (let i = 0; i < times; ++i) {
      await page.keyboard.press('Tab');
      names.push(await page.evaluate(() => document.activeElement.innerText.slice(0, 40).split('\n')[0]));
    }
    return {names};
  },
  // Sections, headings, tables and plots without a name; ids that are there twice.
  named: async () => ({without: await page.evaluate(() => [...document.querySelectorAll('section, table, canvas')].filter((e) => {
    const by = e.getAttribute('aria-labelledby');
    return !(e.getAttribute('aria-label') || (by && document.getElementById(by)?.textContent));
  }).map((e) => e.outerHTML.slice(0, 80)))}),
  inline: async () => ({inline: await page.evaluate(() => [...document.querySelectorAll('script:not([src]), style, [style*="expression"], [onclick]')].length)}),
  picture: async ({path}) => { await page.screenshot({path, fullPage: true}); return {}; },
  sum: async () => ({wrong, elsewhere, loads}),
};

for await (const line of readline.createInterface({input: process.stdin})) {
  const {what, ...how} = JSON.parse(line);
  try {
    console.log(JSON.stringify(await does[what](how)));
  } catch (error) {
    console.log(JSON.stringify({error: String(error)}));
  }
}
await browser.close();
