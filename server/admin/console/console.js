// The operators' console: is told by /live every two seconds how the gateway is, keeps five minutes of it, and draws. Nothing in
// what it is told is anybody's personal data.
'use strict';

const AGAIN_MS = 5000;  // After it was refused.
const KEPT = 150;       // Readings: five minutes.
const A_MINUTE = 30;    // Readings.

// What an operator does about a reason. Those that only the caller can mend are not here.
const CURES = {
  UPSTREAM_CREDENTIALS_REJECTED: 'The upstream refuses our credential: replace its file, then kill -HUP.',
  UPSTREAM_FORBIDDEN: 'The upstream refuses our account or address: ask it what is allowed.',
  UPSTREAM_UNREACHABLE: 'No connection: network, DNS, proxy, or the upstream is down.',
  UPSTREAM_TIMEOUT: 'The upstream is slow: see its times above; calls that were sent may be billed.',
  UPSTREAM_MALFORMED: 'A reply that nobody can read; it is kept in quarantine (kind REPLY).',
  CIRCUIT_OPEN: 'Too many attempts failed: it is tried again by itself.',
  QUOTA_EXCEEDED: 'The account’s quota at WideKYC is used up: renew the subscription.',
  PRODUCT_NOT_APPROVED: 'WideKYC’s admin has yet to activate the product.',
  PRODUCT_NOT_ACTIVATED: 'The product is not activated at WideKYC.',
  GATEWAY_OVERLOADED: 'More comes than goes: see slots and waiting; raise slots, or slow a caller down.',
  LOG_UNAVAILABLE: 'The event log cannot be used: disk, or database server.',
  CALLER_UNAUTHENTICATED: 'Somebody calls without a name: see the log’s lines of who was not let in.',
  CALLER_FORBIDDEN: 'A caller asks for more than its block allows: may_call, allow_full_view, allow_admin.',
  GATEWAY_BUG: 'Ours: report it with the request id.',
};

const readings = [];
const plots = {};

const COLORS = ['#3b82f6', '#e8710a', '#12a150', '#a855f7', '#dc2626', '#0891b2', '#b7791f', '#db2777'];

// series: Map of name -> one number for each pair of neighbouring readings.
function plot(id, series) {
  const color = getComputedStyle(document.body).getPropertyValue('--quiet').trim();
  const line = getComputedStyle(document.body).getPropertyValue('--line').trim();
  const labels = readings.slice(1).map((r) => new Date(r.time * 1000).toLocaleTimeString('en-GB'));
  const datasets = [...series].map(([label, data], i) => ({
    label, data, borderColor: COLORS[i % COLORS.length], backgroundColor: COLORS[i % COLORS.length],
    borderWidth: 1.5, pointRadius: 0, tension: 0.2, spanGaps: true,
  }));
  if (!plots[id]) {
    plots[id] = new Chart(byId(id), {
      type: 'line', data: {labels, datasets},
      options: {
        animation: false, maintainAspectRatio: false, interaction: {mode: 'index', intersect: false},
        scales: {y: {beginAtZero: true, suggestedMax: 1}, x: {ticks: {maxTicksLimit: 6, maxRotation: 0}}},
        plugins: {legend: {position: 'bottom', labels: {boxWidth: 10}}},
      },
    });
  }
  const chart = plots[id];
  chart.data.labels = labels;
  chart.data.datasets = datasets;
  for (const axis of Object.values(chart.options.scales)) {
    axis.ticks.color = color;
    axis.grid = {color: line};
  }
  chart.options.plugins.legend.labels.color = color;
  chart.update();
  // For who does not see it.
  const now = datasets.map(({label, data}) => [label, data[data.length - 1]]).filter(([, value]) => value > 0);
  const said = now.length ? now.map(([label, value]) => label + ' ' + shown(value)).join('; ') : 'nothing';
  byId(id).setAttribute('aria-label', byId(id).dataset.title + ', now: ' + said);
}

// Name -> a number for each pair of neighbouring readings.
function seriesOf(names, valueOf) {
  return new Map(names.map((name) => [name, readings.slice(1).map((now, i) => valueOf(now, readings[i], name))]));
}

function labelsSeen(metric, label) {
  return [...new Set(readings[readings.length - 1].of(metric).map((s) => s.labels[label]))].filter(Boolean).sort();
}

const shortMethod = (method) => method.split('/').pop();

function drawCalls(now, before) {
  const failed = (r) => r.sum('kyc_calls_total') - r.sum('kyc_calls_total', {code: 'OK'});
  byId('calls-figures').replaceChildren(...figures([
    ['calls a second', shown(rate(now, before, (r) => r.sum('kyc_calls_total')))],
    ['errors a second', shown(rate(now, before, failed)), rate(now, before, failed) > 0 ? 'warn' : ''],
    ['open calls', shown(now.sum('kyc_calls_open'))],
    ['open streams', shown(now.sum('kyc_streams_open'))],
    ['request bytes in memory', (now.sum('kyc_request_bytes_in_flight') / 1048576).toFixed(1) + ' MiB'],
    ['not let in', shown(now.sum('kyc_calls_not_let_in_total'))],
  ]));
  const methods = labelsSeen('kyc_calls_total', 'method').filter((m) => !m.startsWith('grpc.'));
  const series = seriesOf(methods, (a, b, method) => rate(a, b, (r) => r.sum('kyc_calls_total', {method})));
  plot('calls-plot', new Map([...series].map(([method, data]) => [shortMethod(method), data])));
  plot('errors-plot', seriesOf(labelsSeen('kyc_calls_total', 'reason'),
      (a, b, reason) => rate(a, b, (r) => r.sum('kyc_calls_total', {reason}))));
}

function drawUpstreams(now, before) {
  const accounts = new Map(now.of('kyc_upstream_slots').map((s) => [s.labels.upstream + '/' + s.labels.account, s.labels]));
  for (const s of now.of('kyc_upstream_attempts_total')) accounts.set(s.labels.upstream + '/' + s.labels.account, s.labels);
  const cards = [...accounts].sort().map(([name, {upstream, account}]) => {
    const of = {upstream, account};
    const state = ['open', 'half_open'].find((s) => now.sum('kyc_upstream_breaker', {...of, state: s}) > 0) || 'closed';
    const lost = (r) => r.of('kyc_upstream_attempts_total').filter((s) => s.labels.upstream === upstream &&
        s.labels.account === account && !/^2/.test(s.labels.result)).reduce((sum, s) => sum + s.value, 0);
    const card = element('div', undefined, 'card');
    const list = element('dl', undefined, 'figures');
    list.append(...figures([
      ['breaker', {closed: 'closed: calls pass', open: 'open: calls are refused', half_open: 'half open: trying'}[state],
        {closed: 'good', open: 'bad', half_open: 'warn'}[state]],
      ['attempts a second', shown(rate(now, before, (r) => r.sum('kyc_upstream_attempts_total', of)))],
      ['failed a second', shown(rate(now, before, lost)), rate(now, before, lost) > 0 ? 'bad' : ''],
      ['half below', milliseconds(quantile(now, before, 'kyc_upstream_attempt_seconds', of, 0.5))],
      ['99 of 100 below', milliseconds(quantile(now, before, 'kyc_upstream_attempt_seconds', of, 0.99))],
      ['slots used', shown(now.sum('kyc_upstream_slots', {...of, state: 'used'}))],
      ['waiting', shown(now.sum('kyc_upstream_slots', {...of, state: 'waiting'}))],
    ]));
    card.append(element('h3', name), list);
    return card;
  });
  byId('upstreams').replaceChildren(...(cards.length ? cards : [element('p', 'No upstream has been called yet.')]));
  const series = new Map();
  for (const [name, {upstream, account}] of accounts) {
    for (const [title, share] of [['half', 0.5], ['99 of 100', 0.99]]) {
      series.set(name + ', ' + title, readings.slice(1).map((r, i) => {
        const time = quantile(r, readings[Math.max(0, i + 1 - A_MINUTE)], 'kyc_upstream_attempt_seconds', {upstream, account}, share);
        return time === null ? null : time * 1000;
      }));
    }
  }
  plot('upstreams-plot', series);
}

function drawNotifications(now, before, log) {
  const answered = (r) => r.sum('kyc_notifications_total');
  const used = now.sum('kyc_quarantine_used_ratio');
  const writable = now.of('kyc_event_log_writable').length === 0 || now.sum('kyc_event_log_writable') > 0;
  byId('notifications-figures').replaceChildren(...figures([
    ['taken a second', shown(rate(now, before, answered))],
    ['commit, 99 of 100 below', milliseconds(quantile(now, before, 'kyc_commit_seconds', {}, 0.99))],
    ['event log', writable ? 'can be written' : 'cannot be written', writable ? 'good' : 'bad'],
    ['damaged', now.sum('kyc_event_log_damaged') ? 'yes' : 'no', now.sum('kyc_event_log_damaged') ? 'bad' : ''],
    ['quarantine used', Math.round(used * 100) + ' %', used >= 0.8 ? 'bad' : ''],
    ['events kept', log ? shown(log.events) : '–'],
    ['oldest event kept', log && log.events ? '№ ' + shown(log.oldest) : '–'],
    ['wait for retention', shown(now.sum('kyc_retention_waiting_events')), now.sum('kyc_retention_waiting_events') ? 'warn' : ''],
    ['write-ahead log', (now.sum('kyc_event_log_wal_bytes') / 1048576).toFixed(1) + ' MiB'],
    ['events appended', shown(now.sum('kyc_events_appended_total'))],
    ['removed by retention', shown(now.sum('kyc_events_removed_total'))],
  ]));
  const series = seriesOf(['taken', 'delivered'], (a, b, name) => rate(a, b,
      (r) => name === 'taken' ? answered(r) : r.sum('kyc_events_delivered_total')));
  plot('notifications-plot', series);
}

function drawTables(now, calls) {
  const errors = now.of('kyc_calls_total').filter((s) => s.labels.reason);
  const sums = new Map();
  for (const s of errors) {
    const key = s.labels.reason + ' ' + s.labels.code;
    sums.set(key, (sums.get(key) || 0) + s.value);
  }
  fillTable('errors', [...sums].sort((a, b) => b[1] - a[1]).map(([key, count]) => {
    const [reason, code] = key.split(' ');
    return [reason, code, {text: shown(count), className: 'number'}, CURES[reason] || 'The caller mends it: the reason says how.'];
  }), 'No call has failed.');
  fillTable('drift', now.of('kyc_deviations_total').map((s) => [s.labels.upstream, s.labels.kind,
    {text: shown(s.value), className: 'number'}]), 'Every message was as its document says.');
  fillTable('recent', calls.map((c) => [
    new Date(c.time).toLocaleTimeString('en-GB'), shortMethod(c.method), c.caller || '',
    {text: c.reason || c.code, className: c.code === 'OK' ? 'good' : 'bad'}, c.outcome || '',
    {text: shown(c.took_us / 1000), className: 'number'}, {text: c.request_bytes.toLocaleString('en'), className: 'number'},
    c.request_id || '']), 'No call has ended yet.');
}

function tellState(text, className) {
  const state = byId('state');
  if (state.textContent === text) return;
  state.textContent = text;
  state.className = className;
}

// watchers: [{caller, streams, behind, furthest}].
function drawWatchers(now, watchers) {
  byId('watchers-figures').replaceChildren(...figures([
    ['streams', shown(watchers.reduce((sum, w) => sum + w.streams, 0))],
    ['behind', shown(watchers.reduce((sum, w) => sum + w.behind, 0)), watchers.some((w) => w.behind) ? 'warn' : ''],
    ['events delivered', shown(now.sum('kyc_events_delivered_total'))],
  ]));
  fillTable('watchers', watchers.map((w) => [w.caller, {text: shown(w.streams), className: 'number'},
    {text: shown(w.behind), className: 'number'}, {text: shown(w.furthest), className: 'number'}]), 'Nobody watches.');
}

// usage: {date, rows: [{caller, answered, may_be_billed, not_billed}]}, or null.
function drawUsage(usage) {
  byId('usage-title').textContent = usage ? 'Usage of ' + usage.date + ', by caller' : 'Usage of today, by caller';
  const number = (count) => ({text: shown(count), className: 'number'});
  fillTable('usage', (usage ? usage.rows : []).map((r) => [r.caller, number(r.answered + r.may_be_billed + r.not_billed),
    number(r.answered), number(r.may_be_billed), number(r.not_billed)]),
      usage ? 'No call to an upstream has ended today.' : 'It is counted where there is an event log.');
}

let calls = [];  // As they were told last: they come only when they are others.

// told: {ready, reasons, metrics, calls?, watchers, log, usage}.
function look(told) {
  const now = new Reading(told.metrics, Date.now() / 1000);
  readings.push(now);
  if (readings.length > KEPT) readings.shift();
  const before = readings[Math.max(0, readings.length - 1 - A_MINUTE)];
  const reasons = told.reasons.trim();
  tellState(!told.ready ? 'not ready: ' + reasons : reasons === 'ok' ? 'ready' : 'ready, but: ' + reasons.slice(3),
      !told.ready ? 'bad' : reasons === 'ok' ? 'good' : 'warn');
  const build = now.of('kyc_build_info')[0];
  if (build) byId('version').textContent = 'version ' + build.labels.version + ' (' + build.labels.commit + ')';
  if (told.calls) calls = told.calls;
  drawCalls(now, before);
  drawUpstreams(now, before);
  drawNotifications(now, before, told.log);
  drawWatchers(now, told.watchers);
  drawUsage(told.usage);
  drawTables(now, calls);
}

let source = null;  // Null while nobody looks.

function follow() {
  if (source) source.close();
  source = null;
  if (document.hidden) return;
  const mine = source = new EventSource('/live');
  mine.onmessage = (event) => look(JSON.parse(event.data));
  mine.onerror = () => {
    if (mine !== source) return;
    tellState('the gateway does not answer', 'bad');
    if (mine.readyState === EventSource.CLOSED) setTimeout(() => { if (mine === source) follow(); }, AGAIN_MS);
  };
}

document.addEventListener('visibilitychange', follow);
follow();
