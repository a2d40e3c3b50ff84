// One reading of /metrics, and what two readings say of the time between them.
'use strict';

class Reading {
  // `text` is Prometheus' text format; `time` in seconds.
  constructor(text, time) {
    this.time = time;
    this.samples = new Map();  // Name -> [{labels, value}].
    for (const line of text.split('\n')) {
      const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
      if (!found) continue;
      const labels = {};
      for (const [, name, value] of (found[2] || '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
        labels[name] = value.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
      }
      if (!this.samples.has(found[1])) this.samples.set(found[1], []);
      this.samples.get(found[1]).push({labels, value: Number(found[3])});
    }
  }

  of(name) { return this.samples.get(name) || []; }

  // The sum over all samples whose labels are as `wanted` says.
  sum(name, wanted = {}) {
    return this.of(name).filter((s) => Object.entries(wanted).every(([k, v]) => s.labels[k] === v))
        .reduce((sum, s) => sum + s.value, 0);
  }

  // Label -> sum.
  by(name, label) {
    const sums = new Map();
    for (const s of this.of(name)) sums.set(s.labels[label], (sums.get(s.labels[label]) || 0) + s.value);
    return sums;
  }
}

// A second, since `before`; 0 where the process is another one since.
function rate(now, before, sumOf) {
  const seconds = now.time - before.time;
  return seconds > 0 ? Math.max(0, (sumOf(now) - sumOf(before)) / seconds) : 0;
}

// The time, in seconds, below which `share` of what a histogram saw since `before` stayed; null if
// it saw nothing. Between a bucket's bounds times are taken to be spread evenly.
function quantile(now, before, name, wanted, share) {
  const buckets = new Map();
  for (const [reading, sign] of [[now, 1], [before, -1]]) {
    for (const s of reading.of(name + '_bucket')) {
      if (!Object.entries(wanted).every(([k, v]) => s.labels[k] === v)) continue;
      const bound = s.labels.le === '+Inf' ? Infinity : Number(s.labels.le);
      buckets.set(bound, (buckets.get(bound) || 0) + sign * s.value);
    }
  }
  const bounds = [...buckets.keys()].sort((a, b) => a - b);
  const all = bounds.length ? buckets.get(Infinity) : 0;
  if (!(all > 0)) return null;
  let below = 0, lower = 0;
  for (const bound of bounds) {
    const count = buckets.get(bound);
    if (count >= share * all) {
      if (bound === Infinity) return lower;
      return lower + (bound - lower) * (share * all - below) / Math.max(count - below, 1e-9);
    }
    below = count;
    lower = bound;
  }
  return lower;
}
